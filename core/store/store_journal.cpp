#include "core/store/sealing.h"
#include "core/store/store.h"
#include "core/store/store_p.h"

namespace certwright::store {

namespace {

using base::Error;
using base::ErrorKind;

Error damagedJournal(const std::string& why) {
    return Error(ErrorKind::Store, "The store's journal was changed outside the program: " + why,
                 "Restore the store from a backup.");
}

JournalSeal readSeal(Database& database, const Vault& vault) {
    auto rows = database.select("SELECT journal_seal FROM vault WHERE id = 1");
    const auto seal = rows.next() ? JournalSeal::fromBytes(vault, viewOf(rows.blob(0))) : std::nullopt;
    if (!seal)
        throw damagedJournal("its seal does not fit");
    return *seal;
}

JournalEntry readEntry(const Rows& rows) {
    JournalEntry entry;
    entry.number = rows.integer(0);
    entry.at = rows.time(1).value_or(base::Time());
    entry.act = rows.text(2);
    entry.subject = rows.text(3);
    entry.detail = rows.text(4);
    entry.mac = bytesOf(rows.blob(5));
    return entry;
}

#define JOURNAL_COLUMNS "SELECT number, at, act, subject, detail, mac FROM journal "

} // namespace

void Store::Private::appendAct(const QString& act, const QString& subject, const QString& detail) {
    JournalSeal seal = readSeal(*database, *vault);
    JournalEntry entry;
    entry.number = seal.count + 1;
    entry.at = base::SystemClock().now();
    entry.act = act;
    entry.subject = subject;
    entry.detail = detail;
    entry.mac = journalMac(*vault, entry, seal.lastMac);
    database->insert("INSERT INTO journal (number, at, act, subject, detail, mac) VALUES (?, ?, ?, ?, ?, ?)",
                     {qlonglong(entry.number), timeValue(entry.at), textValue(act), textValue(subject),
                      textValue(detail), blobValue(entry.mac)});
    seal.count = entry.number;
    seal.lastMac = entry.mac;
    database->change("UPDATE vault SET journal_seal = ? WHERE id = 1", {blobValue(seal.toBytes(*vault))});
}

void Store::recordAct(const QString& act, const QString& subject, const QString& detail) {
    Transaction transaction(*this);
    d->appendAct(act, subject, detail);
    transaction.commit();
}

std::vector<JournalEntry> Store::journal(std::int64_t after, int limit) const {
    std::vector<JournalEntry> entries;
    auto rows = d->database->select(JOURNAL_COLUMNS "WHERE number > ? ORDER BY number LIMIT ?",
                                    {qlonglong(after), limit > 0 ? limit : -1});
    while (rows.next())
        entries.push_back(readEntry(rows));
    return entries;
}

JournalCheck Store::verifyJournal() const {
    JournalCheck check;
    const auto fail = [&check](std::int64_t number, const QString& problem) {
        check.isWhole = false;
        check.firstBad = number;
        check.problem = problem;
        return check;
    };
    std::optional<JournalSeal> seal;
    {
        auto rows = d->database->select("SELECT journal_seal FROM vault WHERE id = 1");
        if (rows.next())
            seal = JournalSeal::fromBytes(*d->vault, viewOf(rows.blob(0)));
    }
    base::Bytes previous(MacSize);
    auto rows = d->database->select(JOURNAL_COLUMNS "ORDER BY number");
    while (rows.next()) {
        const JournalEntry entry = readEntry(rows);
        if (entry.number != check.entries + 1)
            return fail(check.entries + 1, QStringLiteral("Entry %1 is missing").arg(check.entries + 1));
        if (!isSameMac(journalMac(*d->vault, entry, previous), entry.mac))
            return fail(entry.number,
                        QStringLiteral("Entry %1 was changed, or does not follow the one before").arg(entry.number));
        previous = entry.mac;
        check.entries = entry.number;
    }
    if (!seal)
        return fail(0, QStringLiteral("The seal of the journal was changed"));
    if (seal->count != check.entries)
        return fail(check.entries + 1,
                    QStringLiteral("The journal has %1 entries; %2 were written").arg(check.entries).arg(seal->count));
    if (!isSameMac(seal->lastMac, previous))
        return fail(check.entries, QStringLiteral("The last entry is not the one that was written"));
    return check;
}

// --- revocation: what the journal is for

void Store::revoke(RowId certificateId, x509::RevocationReason reason, base::Time date,
                   std::optional<base::Time> invalidityDate) {
    Transaction transaction(*this);
    const auto row = certificate(certificateId);
    if (!row)
        throw noSuchEntry(EntryKind::Certificate, certificateId);
    // A hold may become final; what is final stays (RFC 5280 5.3.1).
    if (row->revocation == RevocationState::Revoked ||
        (row->revocation == RevocationState::Held && reason == x509::RevocationReason::CertificateHold))
        throw Error(ErrorKind::NotAllowed, "The certificate is revoked already");
    if (reason == x509::RevocationReason::RemoveFromCrl)
        throw Error(ErrorKind::NotAllowed, "removeFromCRL ends a hold and is no reason to revoke",
                    "Release the hold instead.");
    d->database->change("UPDATE certificates SET revoked_at = ?, revocation_reason = ?, invalidity_at = ? WHERE id = ?",
                        {timeValue(date), int(reason), timeValue(invalidityDate), qlonglong(certificateId)});
    const std::string word(x509::toString(reason));
    d->appendAct(QString::fromLatin1(acts::Revoked), row->sha256,
                 QStringLiteral("serial %1, reason %2, date %3")
                     .arg(row->serial, fromUtf8(word), fromUtf8(base::toRfc3339(date))));
    transaction.commit();
}

void Store::releaseHold(RowId certificateId) {
    Transaction transaction(*this);
    const auto row = certificate(certificateId);
    if (!row)
        throw noSuchEntry(EntryKind::Certificate, certificateId);
    if (row->revocation != RevocationState::Held)
        throw Error(ErrorKind::NotAllowed, "The certificate is not on hold");
    d->database->change("UPDATE certificates SET revoked_at = NULL, revocation_reason = NULL, invalidity_at = NULL"
                        " WHERE id = ?",
                        {qlonglong(certificateId)});
    d->appendAct(QString::fromLatin1(acts::HoldReleased), row->sha256, QStringLiteral("serial %1").arg(row->serial));
    transaction.commit();
}

} // namespace certwright::store
