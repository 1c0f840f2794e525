#include "ui/actions/entry_acts.h"

#include "core/service/store_session.h"
#include "ui/content_source.h"
#include "ui/convert.h"
#include "ui/prompts.h"
#include "ui/ui_context.h"
#include "ui/views/viewer_window.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QWidget>

namespace certwright::ui {

namespace {

using store::EntryKind;
using store::RowId;

QString pemOf(const store::Store& store, EntryKind kind, RowId id) {
    switch (kind) {
    case EntryKind::Certificate:
        return toQString(store.certificateObject(id).toPem());
    case EntryKind::Key:
        return toQString(store.publicKey(id).toPem());
    case EntryKind::Request:
        return toQString(store.requestObject(id).toPem());
    case EntryKind::Crl:
        return toQString(store.crlObject(id).toPem());
    }
    return {};
}

QString textOf(const store::Store& store, EntryKind kind, RowId id, CopyFormat format) {
    if (format == CopyFormat::Pem)
        return pemOf(store, kind, id);
    QString subject;
    QString otherNames;
    QString fingerprint;
    if (kind == EntryKind::Certificate) {
        const auto row = store.certificate(id);
        subject = row ? row->subject : QString();
        otherNames = row ? row->otherNames : QString();
        fingerprint = row ? row->sha256 : QString();
    } else if (kind == EntryKind::Request) {
        const auto row = store.request(id);
        subject = row ? row->subject : QString();
        otherNames = row ? row->otherNames : QString();
        fingerprint = row ? row->sha256 : QString();
    } else if (kind == EntryKind::Key) {
        const auto row = store.key(id);
        fingerprint = row ? row->spkiSha256 : QString();
    } else {
        const auto row = store.crl(id);
        fingerprint = row ? row->sha256 : QString();
    }
    switch (format) {
    case CopyFormat::Subject:
        return subject;
    case CopyFormat::OtherNames:
        return otherNames;
    default:
        return groupedHex(fingerprint, QLatin1Char(':'));
    }
}

formats::Contents contentsOf(const store::Store& store, EntryKind kind, RowId id) {
    formats::Contents contents;
    switch (kind) {
    case EntryKind::Certificate:
        contents.items.push_back({store.certificateObject(id), {}, {}});
        break;
    case EntryKind::Request:
        contents.items.push_back({store.requestObject(id), {}, {}});
        break;
    case EntryKind::Crl:
        contents.items.push_back({store.crlObject(id), {}, {}});
        break;
    case EntryKind::Key:
        contents.items.push_back({store.publicKey(id), {}, {}});
        break;
    }
    return contents;
}

/// What deleting would tear apart, counted.
struct Dependants {
    QString name; ///< of the first one
    qint64 certificates = 0;
};

Dependants dependantsOf(const store::Store& store, EntryKind kind, const std::vector<RowId>& ids) {
    Dependants result;
    result.name = store.nameOf(kind, ids.front());
    for (const RowId id : ids) {
        if (kind == EntryKind::Key)
            result.certificates += qint64(store.certificatesOfKey(id).size());
    }
    return result;
}

QString questionText(EntryKind kind, std::size_t count, const QString& name) {
    switch (kind) {
    case EntryKind::Certificate:
        return count == 1 ? EntryActs::tr("Delete the certificate %1?").arg(name)
                          : EntryActs::tr("Delete %1 certificates?").arg(count);
    case EntryKind::Key:
        return count == 1 ? EntryActs::tr("Delete the private key %1?").arg(name)
                          : EntryActs::tr("Delete %1 private keys?").arg(count);
    case EntryKind::Request:
        return count == 1 ? EntryActs::tr("Delete the request %1?").arg(name)
                          : EntryActs::tr("Delete %1 requests?").arg(count);
    case EntryKind::Crl:
        return count == 1 ? EntryActs::tr("Delete the revocation list %1?").arg(name)
                          : EntryActs::tr("Delete %1 revocation lists?").arg(count);
    }
    return {};
}

} // namespace

EntryActs::EntryActs(UiContext& context, QWidget* window)
    : QObject(window)
    , m_context(context)
    , m_window(window) {}

void EntryActs::open(EntryKind kind, RowId id) {
    service::StoreSession* session = m_context.session();
    if (session == nullptr)
        return;
    struct Opened {
        ContentsPtr contents;
        QString name;
    };
    session->read<Opened>(
        {}, this,
        [kind, id](store::Store& store, const base::JobControl&) {
            return Opened{std::make_shared<const formats::Contents>(contentsOf(store, kind, id)),
                          store.nameOf(kind, id)};
        },
        [this](base::Outcome<Opened> outcome) {
            if (outcome) {
                auto* viewer = new ViewerWindow(m_context, outcome->contents, outcome->name, m_window);
                viewer->show();
            } else {
                m_context.prompts.showError(m_window, tr("The entry could not be read"), outcome.error(), this);
            }
        });
}

void EntryActs::rename(EntryKind kind, RowId id) {
    service::StoreSession* session = m_context.session();
    if (session == nullptr)
        return;
    session->read<QString>(
        {}, this, [kind, id](store::Store& store, const base::JobControl&) { return store.nameOf(kind, id); },
        [this, kind, id](base::Outcome<QString> outcome) {
            if (outcome)
                askName(kind, id, *outcome);
            else
                m_context.prompts.showError(m_window, tr("The entry could not be read"), outcome.error(), this);
        });
}

void EntryActs::askName(EntryKind kind, RowId id, const QString& name) {
    TextRequest request;
    request.title = tr("Rename");
    request.label = tr("&Name:");
    request.value = name;
    request.accept = tr("&Rename");
    request.validate = [](const QString& text) { return text.isEmpty() ? tr("A name is needed.") : QString(); };
    m_context.prompts.askText(m_window, request, this, [this, kind, id, name](const std::optional<QString>& text) {
        if (text && *text != name)
            storeName(kind, id, name, *text);
    });
}

void EntryActs::storeName(EntryKind kind, RowId id, const QString& before, const QString& name) {
    service::StoreSession* session = m_context.session();
    if (session == nullptr)
        return;
    session->write<bool>(
        {}, this,
        [kind, id, name](store::Store& store, const base::JobControl&) {
            store.rename(kind, id, name);
            return true;
        },
        [this, kind, id, before, name](base::Outcome<bool> outcome) {
            if (!outcome) {
                m_context.prompts.showError(m_window, tr("The entry was not renamed"), outcome.error(), this);
                return;
            }
            m_context.toast(tr("Renamed %1").arg(printable(name)), tr("Undo"),
                            [this, kind, id, before, name] { storeName(kind, id, name, before); });
        });
}

void EntryActs::remove(EntryKind kind, const std::vector<RowId>& ids) {
    service::StoreSession* session = m_context.session();
    if (session == nullptr || ids.empty())
        return;
    session->read<Dependants>(
        {}, this, [kind, ids](store::Store& store, const base::JobControl&) { return dependantsOf(store, kind, ids); },
        [this, kind, ids](base::Outcome<Dependants> outcome) {
            if (!outcome) {
                m_context.prompts.showError(m_window, tr("The entry could not be read"), outcome.error(), this);
                return;
            }
            Question question;
            question.title = tr("Delete");
            question.text = questionText(kind, ids.size(), printable(outcome->name));
            question.informativeText = tr("This cannot be undone.");
            if (kind == EntryKind::Key && outcome->certificates > 0)
                question.informativeText =
                    tr("Certificates that need it: %1. They could no longer be used to sign or to serve from here. "
                       "This cannot be undone.")
                        .arg(outcome->certificates);
            if (kind == EntryKind::Certificate)
                question.informativeText =
                    tr("Private keys stay in the store. Certificates that it issued lose their verified issuer. This "
                       "cannot be undone.");
            question.choices = {{tr("&Delete"), true}};
            m_context.prompts.askQuestion(m_window, question, this,
                                          [this, kind, ids](std::optional<std::size_t> choice) {
                                              if (choice)
                                                  removeNow(kind, ids);
                                          });
        });
}

void EntryActs::removeNow(EntryKind kind, const std::vector<RowId>& ids) {
    service::StoreSession* session = m_context.session();
    if (session == nullptr)
        return;
    session->write<bool>(
        ids.size() > 100 ? tr("Deleting %1 entries").arg(ids.size()) : QString(), this,
        [kind, ids](store::Store& store, const base::JobControl&) {
            store.remove(kind, ids);
            return true;
        },
        [this, count = ids.size()](base::Outcome<bool> outcome) {
            if (outcome)
                m_context.toast(count == 1 ? tr("1 entry deleted") : tr("%1 entries deleted").arg(count), {}, {});
            else
                m_context.prompts.showError(m_window, tr("Nothing was deleted"), outcome.error(), this);
        });
}

void EntryActs::copy(EntryKind kind, const std::vector<RowId>& ids, CopyFormat format) {
    service::StoreSession* session = m_context.session();
    if (session == nullptr)
        return;
    session->read<QString>(
        {}, this,
        [kind, ids, format](store::Store& store, const base::JobControl& control) {
            QStringList texts;
            for (const RowId id : ids) {
                control.throwIfStopped();
                texts += textOf(store, kind, id, format).trimmed();
            }
            return texts.join(QLatin1Char('\n')) + QLatin1Char('\n');
        },
        [this, format](base::Outcome<QString> outcome) {
            if (!outcome) {
                m_context.prompts.showError(m_window, tr("Nothing was copied"), outcome.error(), this);
                return;
            }
            QGuiApplication::clipboard()->setText(format == CopyFormat::Pem ? *outcome : outcome->trimmed());
            m_context.toast(tr("Copied"), {}, {});
        });
}

} // namespace certwright::ui
