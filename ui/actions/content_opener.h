#pragma once

#include "core/service/importing.h"
#include "ui/content_source.h"

#include <QObject>
#include <QString>
#include <QStringList>

#include <vector>

class QMimeData;
class QWidget;

namespace certwright::ui {

struct UiContext;

/// Takes what people drop, paste or open, and shows it: as a preview of an import while a store is open, else in a
/// viewer. Never asks what format it is.
class ContentOpener : public QObject {
    Q_OBJECT
public:
    /// Both must outlive it.
    ContentOpener(UiContext& context, QWidget* window);

    /// Whether drop() can do something with it.
    static bool accepts(const QMimeData& data);
    void drop(const QMimeData& data);
    void paste();
    void importFiles();
    /// Only looking, also while a store is open.
    void lookAtFiles();
    void look(const std::vector<ContentSource>& sources);
    void look(const QStringList& paths);
    /// Files named by the desktop or on the command line: stores are opened, the rest is looked at.
    void open(const QStringList& paths);
    /// Preview of an import; without a store that can be written, a viewer.
    void import(const std::vector<ContentSource>& sources);

Q_SIGNALS:
    void imported(const certwright::service::ImportResult& result);
    /// One of the files is called as stores are.
    void storeWanted(const QString& path);
    /// A host and port were pasted or dropped.
    void inspectWanted(const QString& target);

private:
    void takeText(const QString& text, const QString& name);

    UiContext& m_context;
    QWidget* m_window;
};

/// "www.example.test:443" or a URL with a host, on one line; empty when the text is something else.
QString inspectionTarget(const QString& text);

} // namespace certwright::ui
