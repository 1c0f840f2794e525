#include "ui/actions/entry_exporter.h"

#include "core/service/store_session.h"
#include "core/store/store.h"
#include "ui/prompts.h"
#include "ui/ui_context.h"
#include "ui/unlock.h"

#include <QFileInfo>
#include <QRegularExpression>
#include <QWidget>

namespace certwright::ui {

namespace {

using store::EntryKind;

/// The name of an entry as a file may be called.
QString fileNameOf(const QString& name) {
    static const QRegularExpression unusual(QStringLiteral(R"([\s/\\:*?"<>|\x00-\x1f\x7f]+)"));
    QString result = name;
    result.replace(unusual, QStringLiteral("-"));
    while (result.startsWith(QLatin1Char('.')) || result.startsWith(QLatin1Char('-')))
        result.remove(0, 1);
    return result.left(80);
}

FileRequest fileRequest(EntryKind kind, const QString& name) {
    FileRequest request;
    request.accept = EntryExporter::tr("&Export");
    const QString base = fileNameOf(name);
    switch (kind) {
    case EntryKind::Request:
        request.title = EntryExporter::tr("Export request");
        request.defaultSuffix = QStringLiteral("csr");
        request.filters = {EntryExporter::tr("Request, PEM (*.csr *.pem)"), EntryExporter::tr("Request, DER (*.der)")};
        break;
    case EntryKind::Crl:
        request.title = EntryExporter::tr("Export revocation list");
        request.defaultSuffix = QStringLiteral("crl");
        request.filters = {EntryExporter::tr("Revocation list, DER (*.crl *.der)"),
                           EntryExporter::tr("Revocation list, PEM (*.pem)")};
        break;
    default:
        request.title = EntryExporter::tr("Export private key");
        request.defaultSuffix = QStringLiteral("key");
        request.filters = {EntryExporter::tr("Private key, PKCS#8 PEM (*.key *.pem)")};
        break;
    }
    if (!base.isEmpty())
        request.suggestedName = base + QLatin1Char('.') + request.defaultSuffix;
    return request;
}

/// Distribution points serve revocation lists as DER (RFC 5280, 4.2.1.13), so that is what ".crl" means.
bool isDerName(EntryKind kind, const QString& path) {
    const QString suffix = QFileInfo(path).suffix().toLower();
    return kind != EntryKind::Key &&
           (suffix == QLatin1String("der") || (kind == EntryKind::Crl && suffix == QLatin1String("crl")));
}

} // namespace

EntryExporter::EntryExporter(UiContext& context, QWidget* window)
    : QObject(window)
    , m_context(context)
    , m_window(window) {}

void EntryExporter::exportEntry(EntryKind kind, store::RowId id) {
    service::StoreSession* session = m_context.session();
    if (session == nullptr)
        return;
    session->read<QString>(
        {}, this, [kind, id](store::Store& store, const base::JobControl&) { return store.nameOf(kind, id); },
        [this, kind, id](const base::Outcome<QString>& name) {
            if (name)
                askFile(kind, id, *name);
            else
                m_context.prompts.showError(m_window, tr("Nothing was exported"), name.error(), this);
        });
}

void EntryExporter::askFile(EntryKind kind, store::RowId id, const QString& name) {
    m_context.prompts.askSaveFile(m_window, fileRequest(kind, name), this, [this, kind, id, name](const QString& path) {
        if (path.isEmpty())
            return;
        service::EntryExportOrder order;
        order.kind = kind;
        order.id = id;
        order.path = path;
        order.isDer = isDerName(kind, path);
        order.mayOverwrite = QFileInfo::exists(path); // the question for the file has asked
        if (kind == EntryKind::Key)
            unlock(order, name);
        else
            write(order);
    });
}

void EntryExporter::unlock(const service::EntryExportOrder& order, const QString& name) {
    withUnlockedStore(m_context, m_window, tr("To export the private key %1.").arg(name), this,
                      [this, order, name] { askPassphrase(order, name); });
}

void EntryExporter::askPassphrase(const service::EntryExportOrder& order, const QString& name) {
    PassphraseRequest request;
    request.title = tr("Passphrase for the exported key");
    request.reason = tr("It encrypts %1 in the file. Whoever has the file and this passphrase has the key.").arg(name);
    request.accept = tr("&Export");
    request.isNew = true;
    m_context.prompts.askPassphrase(m_window, request, this, [this, order](std::optional<base::Secret> passphrase) {
        if (!passphrase)
            return;
        service::EntryExportOrder complete = order;
        complete.passphrase = std::make_shared<const base::Secret>(std::move(*passphrase));
        write(complete);
    });
}

void EntryExporter::write(const service::EntryExportOrder& order) {
    service::StoreSession* session = m_context.session();
    if (session == nullptr)
        return;
    const auto work = [order](store::Store& store, const base::JobControl&) {
        return service::exportEntry(store, order);
    };
    const auto done = [this](const base::Outcome<service::PlannedFile>& written) {
        if (written)
            m_context.toast(tr("Exported %1").arg(written->path), {}, {});
        else
            m_context.prompts.showError(m_window, tr("Nothing was exported"), written.error(), this);
    };
    if (order.kind == EntryKind::Key)
        session->write<service::PlannedFile>({}, this, work, done); // it is noted in the journal
    else
        session->read<service::PlannedFile>({}, this, work, done);
}

} // namespace certwright::ui
