#include "ui/actions/content_opener.h"

#include "core/base/bytes.h"
#include "core/service/store_session.h"
#include "ui/convert.h"
#include "ui/dialogs/import_dialog.h"
#include "ui/prompts.h"
#include "ui/ui_context.h"
#include "ui/views/viewer_window.h"

#include <QClipboard>
#include <QDir>
#include <QGuiApplication>
#include <QMimeData>
#include <QRegularExpression>
#include <QUrl>
#include <QWidget>

#include <algorithm>

namespace certwright::ui {

QString inspectionTarget(const QString& text) {
    const QString trimmed = text.trimmed();
    static const QRegularExpression hostAndPort(
        QStringLiteral("\\A(\\[[0-9A-Fa-f:.]+\\]|[\\w.-]*[A-Za-z][\\w.-]*|\\d+\\.\\d+\\.\\d+\\.\\d+):\\d{1,5}\\z"));
    if (hostAndPort.match(trimmed).hasMatch())
        return trimmed;
    if (trimmed.contains(QLatin1Char('\n')) || !trimmed.contains(QLatin1String("://")))
        return {};
    const QUrl url(trimmed, QUrl::StrictMode);
    return url.isValid() && !url.isLocalFile() && !url.host().isEmpty() ? trimmed : QString();
}

namespace {

/// By the name alone: the GUI thread reads no files. What is called so and is no store gets an error that says so, and
/// can still be imported.
bool isNamedAsStore(const QString& path) {
    return path.endsWith(QLatin1String(".certwright"), Qt::CaseInsensitive);
}

} // namespace

ContentOpener::ContentOpener(UiContext& context, QWidget* window)
    : QObject(window)
    , m_context(context)
    , m_window(window) {}

bool ContentOpener::accepts(const QMimeData& data) {
    return data.hasUrls() || (data.hasText() && !data.text().trimmed().isEmpty());
}

void ContentOpener::drop(const QMimeData& data) {
    QString store;
    std::vector<ContentSource> sources;
    for (const QUrl& url : data.urls()) {
        if (url.isLocalFile() && isNamedAsStore(url.toLocalFile())) {
            store = url.toLocalFile();
        } else if (url.isLocalFile()) {
            sources.push_back(ContentSource::ofFile(url.toLocalFile()));
        } else if (!inspectionTarget(url.toString()).isEmpty()) {
            Q_EMIT inspectWanted(url.toString());
            return;
        }
    }
    if (!store.isEmpty()) {
        Q_EMIT storeWanted(store);
        if (!sources.empty())
            look(sources); // which store it should go into is not clear
    } else if (!sources.empty())
        import(sources);
    else if (data.hasText())
        takeText(data.text(), tr("Dropped text"));
}

void ContentOpener::paste() {
    const QMimeData* data = QGuiApplication::clipboard()->mimeData();
    if (data == nullptr || !accepts(*data)) {
        m_context.toast(tr("There is no text and no file on the clipboard"), {}, {});
        return;
    }
    if (data->hasUrls())
        drop(*data);
    else
        takeText(data->text(), tr("Clipboard"));
}

void ContentOpener::takeText(const QString& text, const QString& name) {
    const QString target = inspectionTarget(text);
    if (!target.isEmpty()) {
        Q_EMIT inspectWanted(target);
        return;
    }
    QByteArray bytes = text.toUtf8();
    // Hexadecimal DER begins with a SEQUENCE, as everything that is looked at here does.
    if (text.trimmed().startsWith(QLatin1String("30"))) {
        if (const auto der = base::fromHex(toStdString(text)))
            bytes = QByteArray(reinterpret_cast<const char*>(der->data()), qsizetype(der->size()));
    }
    import({ContentSource::ofBytes(bytes, name)});
}

void ContentOpener::importFiles() {
    FileRequest request;
    request.title = tr("Import");
    request.accept = tr("Open");
    m_context.prompts.askOpenFiles(m_window, request, this, [this](const QStringList& paths) {
        std::vector<ContentSource> sources;
        for (const QString& path : paths)
            sources.push_back(ContentSource::ofFile(path));
        if (!sources.empty())
            import(sources);
    });
}

void ContentOpener::lookAtFiles() {
    FileRequest request;
    request.title = tr("Look at files");
    request.accept = tr("Open");
    m_context.prompts.askOpenFiles(m_window, request, this, [this](const QStringList& paths) { look(paths); });
}

void ContentOpener::open(const QStringList& paths) {
    QStringList files = paths;
    const auto store = std::find_if(files.begin(), files.end(), isNamedAsStore);
    if (store != files.end()) {
        Q_EMIT storeWanted(QDir::current().absoluteFilePath(*store));
        files.removeIf(isNamedAsStore);
    }
    look(files);
}

void ContentOpener::look(const QStringList& paths) {
    std::vector<ContentSource> sources;
    for (const QString& path : paths)
        sources.push_back(ContentSource::ofFile(path));
    if (!sources.empty())
        look(sources);
}

void ContentOpener::look(const std::vector<ContentSource>& sources) {
    auto* viewer = new ViewerWindow(m_context, sources, m_window);
    connect(viewer, &ViewerWindow::importWanted, this, [this](const std::vector<ContentSource>& wanted) {
        if (m_context.session() == nullptr)
            m_context.toast(tr("Open or create a store first, then import"), {}, {});
        else
            import(wanted);
    });
    viewer->show();
}

void ContentOpener::import(const std::vector<ContentSource>& sources) {
    const service::StoreSession* session = m_context.session();
    if (session == nullptr || session->isReadOnly()) {
        look(sources);
        return;
    }
    auto* dialog = new ImportDialog(m_context, sources, m_window);
    connect(dialog, &ImportDialog::imported, this, &ContentOpener::imported);
    dialog->open();
}

} // namespace certwright::ui
