#include "ui/icon_engine.h"

#include <QFile>
#include <QGuiApplication>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>

#include <cmath>

namespace certwright::ui {

namespace {

QString resourceOf(const QString& name) {
    return QStringLiteral(":/icons/%1.svg").arg(name);
}

} // namespace

IconEngine::IconEngine(QString name, std::optional<State> state)
    : m_name(std::move(name))
    , m_state(state) {}

QColor IconEngine::tint(QIcon::Mode mode) const {
    const QPalette palette = QGuiApplication::palette();
    if (mode == QIcon::Disabled)
        return palette.color(QPalette::Disabled, QPalette::WindowText);
    if (m_state)
        return Theme::instance().color(*m_state);
    return palette.color(QPalette::Active, QPalette::WindowText);
}

QPixmap IconEngine::render(const QSize& deviceSize, QIcon::Mode mode) const {
    const QColor ink = tint(mode);
    const QColor paper = QGuiApplication::palette().color(QPalette::Base);
    const QString key = QStringLiteral("certwright-icon/%1/%2x%3/%4/%5")
                            .arg(m_name)
                            .arg(deviceSize.width())
                            .arg(deviceSize.height())
                            .arg(ink.name(), paper.name());
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap))
        return pixmap;

    QFile file(resourceOf(m_name));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QByteArray svg = file.readAll();
    // The drawings are black on white throughout; the application's own icon is the one with colours of its own.
    svg.replace("\"#000\"", '"' + ink.name().toLatin1() + '"');
    svg.replace("\"#fff\"", '"' + paper.name().toLatin1() + '"');

    QSvgRenderer renderer(svg);
    pixmap = QPixmap(deviceSize);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    // Square drawings in a rectangle that may not be one.
    const int side = std::min(deviceSize.width(), deviceSize.height());
    renderer.render(&painter,
                    QRectF((deviceSize.width() - side) / 2.0, (deviceSize.height() - side) / 2.0, side, side));
    painter.end();
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

void IconEngine::paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) {
    const qreal scale = painter->device() != nullptr ? painter->device()->devicePixelRatioF() : 1.0;
    const QSize device(int(std::lround(rect.width() * scale)), int(std::lround(rect.height() * scale)));
    if (device.isEmpty())
        return;
    QPixmap pixmap = render(device, mode);
    pixmap.setDevicePixelRatio(scale);
    painter->drawPixmap(rect.topLeft(), pixmap);
}

QPixmap IconEngine::pixmap(const QSize& size, QIcon::Mode mode, QIcon::State) {
    return render(size, mode);
}

QPixmap IconEngine::scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State, qreal) {
    // The size comes in device pixels already; QIcon sets the ratio on what it gets.
    return render(size, mode);
}

QSize IconEngine::actualSize(const QSize& size, QIcon::Mode, QIcon::State) {
    return size;
}

QString IconEngine::key() const {
    return QStringLiteral("certwright");
}

QIconEngine* IconEngine::clone() const {
    return new IconEngine(*this);
}

bool IconEngine::isNull() {
    return !QFile::exists(resourceOf(m_name));
}

} // namespace certwright::ui
