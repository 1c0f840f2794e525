#pragma once

#include "tests/gui/support/sample_entries.h"
#include "tests/gui/support/window_fixture.h"
#include "ui/actions/main_actions.h"
#include "ui/main_window.h"
#include "ui/models/entry_model.h"
#include "ui/views/detail_pane.h"
#include "ui/views/entry_view.h"
#include "ui/views/list_page.h"
#include "ui/views/sidebar.h"

#include <QApplication>
#include <QDropEvent>
#include <QLabel>
#include <QMimeData>
#include <QStandardItemModel>
#include <QTest>

#include <memory>

namespace certwright::test {

using namespace certwright::ui;

/// The main window over a store with one of everything.
struct MainWindowFixture : WindowFixture {
    explicit MainWindowFixture(bool hasStore = true) {
        if (hasStore) {
            createStore();
            write([this](store::Store& store) { entries = fillStore(store, clock.now()); });
        }
        window = std::make_unique<MainWindow>(context, controller);
        window->show();
        window->activateWindow();
        if (!QTest::qWaitForWindowActive(window.get()))
            QTest::qFail("the window did not become active", __FILE__, __LINE__);
        if (hasStore && !waitUntil([this] { return certificates().arrangement().rows.size() == 4; }))
            QTest::qFail("the list was not filled", __FILE__, __LINE__);
    }

    EntryModel& certificates() const { return window->list(store::EntryKind::Certificate).model(); }
    EntryView& view() const { return window->list(store::EntryKind::Certificate).view(); }
    MainActions& actions() const { return window->actions(); }
    bool settle() const {
        return waitUntil([this] { return jobs.isIdle() && !certificates().isBusy(); });
    }
    void select(store::RowId id) const { view().selectId(id); }
    /// All texts of the detail pane, one a line.
    QString details() const {
        QStringList texts;
        for (const QLabel* label : window->details().findChildren<QLabel*>())
            texts += label->text();
        for (const QWidget* widget : window->details().findChildren<QWidget*>())
            texts += widget->accessibleName();
        return texts.join(QLatin1Char('\n'));
    }
    bool detailsShow(const QString& text) const {
        return waitUntil([this, &text] { return details().contains(text); });
    }
    QString sidebarText(const QString& title) const {
        const auto* model = qobject_cast<const QStandardItemModel*>(window->sidebar().model());
        const QList<QStandardItem*> found = model->findItems(title, Qt::MatchExactly | Qt::MatchRecursive);
        return found.isEmpty() ? QString() : found.first()->data(Qt::AccessibleTextRole).toString();
    }
    void drop(QMimeData* data) const {
        QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent event(QPointF(300, 300), Qt::CopyAction, data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(window.get(), &event);
    }
    QString writeFile(const QString& name, const std::string& content) const {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly))
            QTest::qFail("cannot write", __FILE__, __LINE__);
        file.write(content.data(), qint64(content.size()));
        return file.fileName();
    }

    SampleEntries entries;
    std::unique_ptr<MainWindow> window;
};

} // namespace certwright::test
