#pragma once

#include "core/base/secret.h"

#include <QByteArray>
#include <QObject>
#include <QString>
#include <QTimer>

namespace certwright::ui {

/// The clipboard for secrets: asks clipboard managers not to keep the text, counts down twenty seconds, and then clears
/// the clipboard if it still holds that text. The program clears it too when it ends. One object, GUI thread.
class SecretClipboard : public QObject {
    Q_OBJECT
public:
    static SecretClipboard& instance();

    static constexpr int Seconds = 20;

    /// Puts a UTF-8 text there. `what` names it for the countdown ("Client random").
    void copy(const base::Secret& text, const QString& what);
    /// Clears the clipboard if our text is still there.
    void clearNow();

    /// 0 when nothing of ours is on the clipboard.
    int secondsLeft() const noexcept { return m_secondsLeft; }
    QString what() const { return m_what; }

Q_SIGNALS:
    /// Every second, and once with 0 when it was cleared or replaced by another program.
    void countdown(int secondsLeft, const QString& what);

private:
    SecretClipboard();
    void tick();
    bool isOursStillThere() const;

    QTimer m_timer;
    int m_secondsLeft = 0;
    QString m_what;
    QByteArray m_hash; ///< of the text, to know it again without keeping it
};

} // namespace certwright::ui
