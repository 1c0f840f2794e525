#include "tests/desktop/desktop_session.h"

#include "tests/support/process.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QProcessEnvironment>
#include <QRegularExpression>
#include <QtEndian>

namespace certwright::test {
namespace {

constexpr int timeoutMs = 20000;
constexpr int pollMs = 50;

void end(QProcess& process) {
    if (process.state() == QProcess::NotRunning)
        return;
    process.terminate();
    if (!process.waitForFinished(3000)) {
        process.kill();
        process.waitForFinished();
    }
}

} // namespace

DesktopSession::~DesktopSession() {
    end(m_program);
    end(m_manager);
    end(m_screen);
}

bool DesktopSession::open() {
    // The server picks a free display and writes its number to stdout as soon as it takes clients. Without
    // -noreset it would start anew whenever its last client leaves, and xdotool may be the first and last for a moment.
    m_screen.start(m_tools.xvfb,
                   {QStringLiteral("-displayfd"), QStringLiteral("1"), QStringLiteral("-screen"), QStringLiteral("0"),
                    QStringLiteral("1400x900x24"), QStringLiteral("-nolisten"), QStringLiteral("tcp"),
                    QStringLiteral("-fbdir"), m_memory.path(), QStringLiteral("-noreset")});
    if (!m_screen.waitForStarted() || !m_screen.waitForReadyRead(timeoutMs))
        return false;
    m_display = QLatin1Char(':') + QString::fromLatin1(m_screen.readLine().trimmed());
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("DISPLAY"), m_display);
    m_manager.setProcessEnvironment(environment);
    m_manager.start(m_tools.windowManager, {});
    // A window that is mapped before the manager has taken over is left without focus. It has once the root window
    // tells the number of desktops.
    return m_manager.waitForStarted() &&
           waitUntil([this] { return xdo({QStringLiteral("get_num_desktops")}).toInt() > 0; });
}

bool DesktopSession::start(const QString& program, const QStringList& arguments) {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("DISPLAY"), m_display);
    environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("xcb"));
    m_program.setProcessEnvironment(environment);
    m_program.setProcessChannelMode(QProcess::ForwardedChannels);
    m_program.start(program, arguments);
    return m_program.waitForStarted();
}

QString DesktopSession::xdo(const QStringList& arguments) {
    const ProcessResult result =
        run(m_tools.xdotool, arguments, {.environment = {{QStringLiteral("DISPLAY"), m_display}}});
    return QString::fromUtf8(result.output).trimmed();
}

QString DesktopSession::titleOfActive() {
    return xdo({QStringLiteral("getactivewindow"), QStringLiteral("getwindowname")});
}

bool DesktopSession::isActive(const QString& title) {
    return QRegularExpression(QRegularExpression::anchoredPattern(title)).match(titleOfActive()).hasMatch();
}

bool DesktopSession::waitForWindow(const QString& title) {
    return waitUntil([this, &title] { return isActive(title); });
}

void DesktopSession::press(const QStringList& keys) {
    for (const QString& key : keys)
        xdo({QStringLiteral("key"), QStringLiteral("--clearmodifiers"), key});
}

void DesktopSession::type(const QString& text) {
    xdo({QStringLiteral("type"), QStringLiteral("--clearmodifiers"), QStringLiteral("--delay"), QStringLiteral("5"),
         text});
}

bool DesktopSession::waitUntil(const std::function<bool()>& condition) {
    const QDeadlineTimer deadline(timeoutMs);
    while (!condition()) {
        if (deadline.hasExpired())
            return false;
        // A program that ended is noticed by the next condition; its end also ends the pause.
        m_program.waitForFinished(pollMs);
    }
    return true;
}

int DesktopSession::waitForEnd() {
    if (m_program.state() != QProcess::NotRunning && !m_program.waitForFinished(timeoutMs))
        return -1;
    return m_program.exitStatus() == QProcess::NormalExit ? m_program.exitCode() : -1;
}

QImage DesktopSession::picture() {
    // X11/XWDFile.h: a header of big-endian words (its own size first), a colour map of 12 bytes each, then the pixels.
    QFile file(m_memory.filePath(QStringLiteral("Xvfb_screen0")));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray bytes = file.readAll();
    constexpr int wordCount = 25;
    if (bytes.size() < wordCount * 4)
        return {};
    const auto word = [&bytes](int index) { return qFromBigEndian<qint32>(bytes.constData() + index * 4); };
    const int width = word(4), height = word(5), bytesPerLine = word(12), colours = word(19);
    const qsizetype start = word(0) + colours * 12;
    if (bytes.size() < start + qsizetype{bytesPerLine} * height)
        return {};
    return QImage(reinterpret_cast<const uchar*>(bytes.constData()) + start, width, height, bytesPerLine,
                  QImage::Format_RGB32)
        .copy();
}

} // namespace certwright::test
