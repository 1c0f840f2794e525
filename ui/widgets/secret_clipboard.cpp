#include "ui/widgets/secret_clipboard.h"

#include "core/crypto/digest.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QMimeData>

namespace certwright::ui {

namespace {

QByteArray hashOf(base::BytesView bytes) {
    const base::Bytes hash = crypto::sha256(bytes);
    return QByteArray(reinterpret_cast<const char*>(hash.data()), static_cast<qsizetype>(hash.size()));
}

} // namespace

SecretClipboard& SecretClipboard::instance() {
    // Owned by the application, so that it goes before the clipboard does.
    static SecretClipboard* const only = [] {
        auto* made = new SecretClipboard;
        made->setParent(qGuiApp);
        return made;
    }();
    return *only;
}

SecretClipboard::SecretClipboard() {
    m_timer.setInterval(1000);
    connect(&m_timer, &QTimer::timeout, this, &SecretClipboard::tick);
    connect(qGuiApp, &QCoreApplication::aboutToQuit, this, &SecretClipboard::clearNow);
    connect(QGuiApplication::clipboard(), &QClipboard::dataChanged, this, [this] {
        if (m_secondsLeft > 0 && !isOursStillThere()) {
            m_timer.stop();
            m_secondsLeft = 0;
            Q_EMIT countdown(0, m_what);
        }
    });
}

void SecretClipboard::copy(const base::Secret& text, const QString& what) {
    m_secondsLeft = 0; // the change that follows is ours
    m_hash = hashOf(text.view());
    m_what = what;
    auto* data = new QMimeData;
    data->setText(QString::fromUtf8(text.text().data(), static_cast<qsizetype>(text.size())));
    data->setData(QStringLiteral("x-kde-passwordManagerHint"), QByteArrayLiteral("secret"));
    QGuiApplication::clipboard()->setMimeData(data);
    m_secondsLeft = Seconds;
    m_timer.start();
    Q_EMIT countdown(m_secondsLeft, m_what);
}

void SecretClipboard::clearNow() {
    if (m_secondsLeft == 0)
        return;
    m_timer.stop();
    const bool isOurs = isOursStillThere();
    m_secondsLeft = 0;
    if (isOurs)
        QGuiApplication::clipboard()->clear();
    Q_EMIT countdown(0, m_what);
}

void SecretClipboard::tick() {
    if (m_secondsLeft <= 1) {
        clearNow();
        return;
    }
    --m_secondsLeft;
    Q_EMIT countdown(m_secondsLeft, m_what);
}

bool SecretClipboard::isOursStillThere() const {
    const QByteArray now = QGuiApplication::clipboard()->text().toUtf8();
    return hashOf({reinterpret_cast<const std::uint8_t*>(now.constData()), static_cast<std::size_t>(now.size())}) ==
           m_hash;
}

} // namespace certwright::ui
