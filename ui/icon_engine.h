#pragma once

#include "ui/theme.h"

#include <QIconEngine>
#include <QString>

#include <optional>

namespace certwright::ui {

/// Draws one of the program's icons from its SVG, black turned into the palette's text colour (or a state's colour) and
/// white into the background's, anew when the palette changes. Finished pixmaps are kept in QPixmapCache.
class IconEngine final : public QIconEngine {
public:
    explicit IconEngine(QString name, std::optional<State> state = {});

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State onOff) override;
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State onOff) override;
    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State onOff, qreal scale) override;
    QSize actualSize(const QSize& size, QIcon::Mode mode, QIcon::State onOff) override;
    QString key() const override;
    QIconEngine* clone() const override;
    bool isNull() override;

private:
    QColor tint(QIcon::Mode mode) const;
    QPixmap render(const QSize& deviceSize, QIcon::Mode mode) const;

    QString m_name;
    std::optional<State> m_state;
};

} // namespace certwright::ui
