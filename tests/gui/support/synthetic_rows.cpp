#include "tests/gui/support/synthetic_rows.h"

namespace certwright::test {

using namespace certwright::ui;

ListRows rowsOf(const std::vector<store::CertificateRow>& rows) {
    ListRows result;
    for (std::size_t begin = 0; begin < rows.size(); begin += ListRows::ChunkSize) {
        auto chunk = std::make_shared<ListRows::Chunk>();
        for (std::size_t i = begin; i < std::min(rows.size(), begin + ListRows::ChunkSize); ++i)
            chunk->push_back(listRow(rows[i]));
        result.append(std::move(chunk));
    }
    return result;
}

store::CertificateRow syntheticRow(store::RowId id, base::Time now) {
    store::CertificateRow row;
    row.id = id;
    row.name = QStringLiteral("host-%1.example").arg((id * 7919) % 1000003, 7, 10, QLatin1Char('0'));
    row.subject = QStringLiteral("CN=%1,O=Synthetic").arg(row.name);
    row.issuer = QStringLiteral("CN=issuer");
    // splitmix64 (public domain, S. Vigna), twice: digits without an order, the same in every run.
    const auto scrambled = [](quint64 number) {
        number *= 0x9E3779B97F4A7C15U;
        number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9U;
        number = (number ^ (number >> 27)) * 0x94D049BB133111EBU;
        return number ^ (number >> 31);
    };
    row.serial = QStringLiteral("%1%2")
                     .arg(scrambled(quint64(id)), 16, 16, QLatin1Char('0'))
                     .arg(scrambled(quint64(id) + 0x100000000U), 16, 16, QLatin1Char('0'))
                     .toUpper();
    row.otherNames = QStringLiteral("%1, alt-%2.example, 192.0.2.%3").arg(row.name).arg(id).arg(id % 250);
    row.sha256 = QStringLiteral("%1").arg(id, 64, 16, QLatin1Char('0'));
    row.notBefore = now - std::chrono::days(100);
    row.notAfter = now + std::chrono::days((id * 31) % 2000 + 40);
    row.key = {"EC", 256, "prime256v1"};
    row.link = store::LinkState::Verified;
    if (id % 100 == 1) {
        row.isCa = row.isSelfSigned = true;
    } else if (id % 10 == 1) {
        row.isCa = true;
        row.issuerId = id - id % 100 + 1;
    } else {
        row.issuerId = id - (id % 10 == 0 ? 9 : id % 10 - 1);
    }
    return row;
}

ListRows syntheticRows(store::RowId count, base::Time now) {
    ListRows result;
    for (store::RowId begin = 1; begin <= count; begin += store::RowId(ListRows::ChunkSize)) {
        auto chunk = std::make_shared<ListRows::Chunk>();
        for (store::RowId id = begin; id <= std::min(count, begin + store::RowId(ListRows::ChunkSize) - 1); ++id)
            chunk->push_back(listRow(syntheticRow(id, now)));
        result.append(std::move(chunk));
    }
    return result;
}

} // namespace certwright::test
