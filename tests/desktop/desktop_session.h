#pragma once

#include <QImage>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

#include <functional>

namespace certwright::test {

/// A virtual X screen (Xvfb) with a window manager (openbox) and one program on it, driven by its keyboard with
/// xdotool: what offscreen tests lack is a window manager, real focus and real key events.
class DesktopSession {
public:
    /// Paths of the programs; all of them have to be there.
    struct Tools {
        QString xvfb;
        QString windowManager;
        QString xdotool;
    };

    explicit DesktopSession(Tools tools)
        : m_tools(std::move(tools)) {}
    ~DesktopSession();
    DesktopSession(const DesktopSession&) = delete;
    DesktopSession& operator=(const DesktopSession&) = delete;

    /// Starts the screen and the window manager. False when one of them does not come up.
    bool open();
    /// Starts the program on the screen; its stdout and stderr are those of the test.
    bool start(const QString& program, const QStringList& arguments);

    /// Whether a window whose title matches the regular expression has the keyboard.
    bool isActive(const QString& title);
    /// Waits until a window whose title matches the regular expression has the keyboard.
    bool waitForWindow(const QString& title);
    /// Presses key combinations one after the other: "ctrl+n", "alt+c", "Return".
    void press(const QStringList& keys);
    void type(const QString& text);
    /// Waits until `condition`, at most twenty seconds; asks it again every 50 ms.
    bool waitUntil(const std::function<bool()>& condition);

    /// Waits for the program to end; its exit status, -1 when it doesn't end or crashed.
    int waitForEnd();
    /// What the screen shows now, for whoever looks into a failure. Null when it can't be read.
    QImage picture();

private:
    QString xdo(const QStringList& arguments);
    QString titleOfActive();

    Tools m_tools;
    QTemporaryDir m_memory; ///< the screen's memory lies in a file here
    QString m_display;
    QProcess m_screen;
    QProcess m_manager;
    QProcess m_program;
};

} // namespace certwright::test
