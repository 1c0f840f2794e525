#include "ui/style.h"

#include "ui/theme.h"

#include <QAbstractItemView>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QEvent>
#include <QPainter>
#include <QPushButton>
#include <QStyleFactory>
#include <QStyleOption>
#include <QToolBar>
#include <QToolButton>

#include <algorithm>

namespace certwright::ui {

namespace {

constexpr qreal cornerRadius = 3.0;
constexpr int toolPadding = 3;
constexpr int fieldPadding = 4;

QColor themed(ColorRole role) {
    return Theme::instance().color(role);
}

/// A filled, thinly bordered rectangle that is sharp at every scale.
void drawBox(QPainter* painter, const QRect& rect, const QColor& fill, const QColor& border) {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(border, 1));
    painter->setBrush(fill);
    painter->drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), cornerRadius, cornerRadius);
    painter->restore();
}

QColor blend(const QColor& a, const QColor& b, double part) {
    return QColor::fromRgbF(float(a.redF() * (1 - part) + b.redF() * part),
                            float(a.greenF() * (1 - part) + b.greenF() * part),
                            float(a.blueF() * (1 - part) + b.blueF() * part));
}

void drawButtonBox(QPainter* painter, const QStyleOption& option, bool isDefault) {
    const bool isEnabled = option.state & QStyle::State_Enabled;
    const bool isDown = option.state & (QStyle::State_Sunken | QStyle::State_On);
    QColor fill = option.palette.color(QPalette::Button);
    QColor border = themed(ColorRole::ButtonBorder);
    if (!isEnabled) {
        fill = option.palette.color(QPalette::Window);
        border = themed(ColorRole::Line);
    } else if (isDefault || (option.state & QStyle::State_On)) {
        fill = themed(ColorRole::DefaultButton);
        border = themed(ColorRole::FocusLine);
    }
    if (isEnabled && isDown && !(option.state & QStyle::State_On))
        fill = blend(fill, themed(ColorRole::FocusLine), 0.25);
    else if (isEnabled && (option.state & QStyle::State_MouseOver))
        fill = blend(fill, themed(ColorRole::FocusLine), 0.10);
    if (isEnabled && (option.state & QStyle::State_HasFocus))
        border = themed(ColorRole::FocusLine);
    drawBox(painter, option.rect, fill, border);
}

/// A flat tool button has a box only while it is touched or on. One with an arrow opens and closes what follows: being
/// on is what its arrow says already.
bool isToolBoxWanted(const QStyleOption& option, const QWidget* widget) {
    if (!(option.state & QStyle::State_AutoRaise))
        return true;
    const auto* button = qobject_cast<const QToolButton*>(widget);
    if (button != nullptr && button->isCheckable() && button->arrowType() != Qt::NoArrow)
        return false;
    return option.state & (QStyle::State_MouseOver | QStyle::State_Sunken | QStyle::State_On);
}

/// A chevron in the middle of `rect`, drawn and not an image so that it follows the palette.
void drawChevron(QPainter* painter, const QRect& rect, Qt::ArrowType direction, const QColor& color) {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(color, 1.3, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter->translate(QRectF(rect).center());
    painter->rotate(direction == Qt::RightArrow  ? -90
                    : direction == Qt::LeftArrow ? 90
                    : direction == Qt::UpArrow   ? 180
                                                 : 0);
    painter->drawPolyline(QPolygonF({QPointF(-3.5, -1.75), QPointF(0, 1.75), QPointF(3.5, -1.75)}));
    painter->restore();
}

void drawFocusFrame(QPainter* painter, const QRect& rect) {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(themed(ColorRole::FocusLine), 1));
    painter->setBrush(Qt::NoBrush);
    painter->drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
    painter->restore();
}

/// Tool buttons with a text have room at both ends, as push buttons do.
bool hasTextBesideIcon(const QStyleOption* option) {
    const auto* button = qstyleoption_cast<const QStyleOptionToolButton*>(option);
    return button != nullptr && button->toolButtonStyle == Qt::ToolButtonTextBesideIcon && !button->text.isEmpty();
}

void drawLineEdit(QPainter* painter, const QStyleOption& option) {
    const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(&option);
    const QColor base = option.palette.color(QPalette::Base);
    // Inside a combo or spin box, which draw their own frame, there is no line of its own.
    if (frame == nullptr || frame->lineWidth == 0)
        painter->fillRect(option.rect.adjusted(1, 1, -1, -1), base);
    else
        drawBox(painter, option.rect, base,
                themed((option.state & QStyle::State_HasFocus) ? ColorRole::FocusLine : ColorRole::ButtonBorder));
}

/// A box to tick, seen on every background; half-ticked with a dash.
void drawCheckBox(QPainter* painter, const QStyleOption& option) {
    const bool isEnabled = option.state & QStyle::State_Enabled;
    const QColor ink = option.palette.color(isEnabled ? QPalette::Active : QPalette::Disabled, QPalette::Text);
    const QColor border = (option.state & QStyle::State_HasFocus) ? themed(ColorRole::FocusLine)
                          : isEnabled                             ? themed(ColorRole::Secondary)
                                                                  : themed(ColorRole::Line);
    const int side = std::min({option.rect.width(), option.rect.height(), 14});
    QRect box(0, 0, side, side);
    box.moveCenter(option.rect.center());
    drawBox(painter, box, option.palette.color(isEnabled ? QPalette::Base : QPalette::Window), border);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(ink, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    const QPointF middle = QRectF(box).center();
    if (option.state & QStyle::State_NoChange)
        painter->drawLine(middle - QPointF(3, 0), middle + QPointF(3, 0));
    else if (option.state & QStyle::State_On)
        painter->drawPolyline(
            QPolygonF({middle + QPointF(-3.5, 0.2), middle + QPointF(-1, 2.8), middle + QPointF(3.5, -3)}));
    painter->restore();
}

/// A ring to choose, seen on every background, with a dot when it is chosen.
void drawRadioButton(QPainter* painter, const QStyleOption& option) {
    const bool isEnabled = option.state & QStyle::State_Enabled;
    const QColor border = (option.state & QStyle::State_HasFocus) ? themed(ColorRole::FocusLine)
                          : isEnabled                             ? themed(ColorRole::Secondary)
                                                                  : themed(ColorRole::Line);
    const qreal side = std::min({option.rect.width(), option.rect.height(), 14});
    QRectF ring(0, 0, side - 1, side - 1);
    ring.moveCenter(QRectF(option.rect).center());
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(border, 1));
    painter->setBrush(option.palette.color(isEnabled ? QPalette::Base : QPalette::Window));
    painter->drawEllipse(ring);
    if (option.state & QStyle::State_On) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(option.palette.color(isEnabled ? QPalette::Active : QPalette::Disabled, QPalette::Text));
        painter->drawEllipse(ring.center(), side * 0.22, side * 0.22);
    }
    painter->restore();
}

/// The title of a column, with the sort arrow right behind it.
void drawHeaderLabel(const QStyleOptionHeader& header, QPainter* painter) {
    constexpr int margin = 8;
    constexpr int arrowWidth = 12;
    const bool isSorted = header.sortIndicator != QStyleOptionHeader::None;
    const QRect box = header.rect.adjusted(margin, 0, isSorted ? -arrowWidth - 6 : -2, 0);
    const QRect inner = QStyle::visualRect(header.direction, header.rect, box);
    const QString text = header.fontMetrics.elidedText(header.text, Qt::ElideRight, inner.width());
    painter->setPen(header.palette.color(QPalette::WindowText));
    painter->drawText(
        inner, int(QStyle::visualAlignment(header.direction, Qt::AlignLeft | Qt::AlignVCenter)) | Qt::TextSingleLine,
        text);
    if (!isSorted)
        return;
    const QRect arrow(box.left() + header.fontMetrics.horizontalAdvance(text) + 4, header.rect.top(), arrowWidth,
                      header.rect.height());
    // Fusion's sense: SortDown is ascending, from small above to large below.
    drawChevron(painter, QStyle::visualRect(header.direction, header.rect, arrow),
                header.sortIndicator == QStyleOptionHeader::SortDown ? Qt::DownArrow : Qt::UpArrow,
                header.palette.color(QPalette::WindowText));
}

void drawProgress(const QStyleOptionProgressBar& bar, QPainter* painter) {
    QRect inner = bar.rect.adjusted(2, 2, -2, -2);
    const qint64 range = qint64(bar.maximum) - bar.minimum;
    if (range > 0) {
        inner.setWidth(int(qint64(inner.width()) * (bar.progress - bar.minimum) / range));
        painter->fillRect(inner, themed(ColorRole::FocusLine));
    } else {
        // No end known: half-tone, without movement that nobody asked for.
        painter->fillRect(inner, QBrush(themed(ColorRole::FocusLine), Qt::Dense5Pattern));
    }
}

} // namespace

Style::Style()
    : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

void Style::polish(QWidget* widget) {
    QProxyStyle::polish(widget);
    if (qobject_cast<QComboBox*>(widget) == nullptr && qobject_cast<QAbstractSpinBox*>(widget) == nullptr)
        return;
    if (widget->focusPolicy() == Qt::WheelFocus)
        widget->setFocusPolicy(Qt::StrongFocus);
    widget->installEventFilter(this);
}

bool Style::eventFilter(QObject* watched, QEvent* event) {
    const auto* field = qobject_cast<QWidget*>(watched);
    if (event->type() == QEvent::Wheel && field != nullptr && !field->hasFocus()) {
        event->ignore(); // whoever scrolls a page takes it
        return true;
    }
    return QProxyStyle::eventFilter(watched, event);
}

int Style::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const {
    switch (metric) {
    case PM_SplitterWidth:
        return 1;
    case PM_TreeViewIndentation:
        return 16;
    case PM_ToolBarIconSize:
        return 20;
    case PM_SmallIconSize:
    case PM_ListViewIconSize:
    case PM_ButtonIconSize:
    case PM_TabBarIconSize:
        return 16;
    case PM_LayoutHorizontalSpacing:
    case PM_LayoutVerticalSpacing:
        return 8;
    case PM_LayoutLeftMargin:
    case PM_LayoutRightMargin:
        return 16;
    case PM_LayoutTopMargin:
    case PM_LayoutBottomMargin:
        return 12;
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
        return 0;
    case PM_ToolBarItemSpacing:
        return 4;
    case PM_ToolBarItemMargin:
        return 3;
    case PM_HeaderMargin:
        return 2;
    case PM_MenuBarHMargin:
        return 4;
    case PM_MenuBarItemSpacing:
        return 2;
    case PM_ScrollBarExtent:
        return 12;
    default:
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int Style::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget, QStyleHintReturn* data) const {
    switch (hint) {
    case SH_DialogButtonBox_ButtonsHaveIcons:
        return 0;
    case SH_ItemView_ShowDecorationSelected:
        return 1;
    case SH_EtchDisabledText:
    case SH_DitherDisabledText:
        return 0;
    case SH_ComboBox_Popup:
        return 0;
    case SH_ItemView_ActivateItemOnSingleClick:
        return 0;
    default:
        return QProxyStyle::styleHint(hint, option, widget, data);
    }
}

QRect Style::subElementRect(SubElement element, const QStyleOption* option, const QWidget* widget) const {
    QRect rect = QProxyStyle::subElementRect(element, option, widget);
    const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
    if (element == SE_LineEditContents && frame != nullptr && frame->lineWidth > 0)
        rect.adjust(fieldPadding, 0, -fieldPadding, 0);
    return rect;
}

QSize Style::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                              const QWidget* widget) const {
    QSize result = QProxyStyle::sizeFromContents(type, option, size, widget);
    const int line = option != nullptr ? option->fontMetrics.height() : size.height();
    switch (type) {
    case CT_ItemViewItem:
        result.setHeight(std::max(size.height(), line + 6));
        break;
    case CT_HeaderSection:
        result += QSize(14, 0); // the margins that drawHeaderLabel() leaves
        result.setHeight(std::max(line, 18) + 6);
        break;
    case CT_PushButton:
        result.setHeight(std::max(result.height(), line + 10));
        if (const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
            button != nullptr && !button->text.isEmpty())
            result.setWidth(result.width() + 8);
        break;
    case CT_ToolButton:
        if (hasTextBesideIcon(option))
            result.setWidth(result.width() + 2 * toolPadding);
        break;
    case CT_LineEdit:
        result += QSize(2 * fieldPadding, 0);
        [[fallthrough]];
    case CT_ComboBox:
    case CT_SpinBox:
        result.setHeight(std::max(result.height(), line + 10));
        break;
    case CT_MenuBarItem:
        result.setHeight(line + 8);
        break;
    case CT_MenuItem:
        if (const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option);
            item != nullptr && item->menuItemType != QStyleOptionMenuItem::Separator)
            result.setHeight(std::max(result.height(), line + 6));
        break;
    default:
        break;
    }
    return result;
}

void Style::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                          const QWidget* widget) const {
    switch (element) {
    case PE_PanelButtonCommand: {
        const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
        const bool isFlat = button != nullptr && (button->features & QStyleOptionButton::Flat);
        if (isFlat && !(option->state & (State_Sunken | State_On | State_MouseOver | State_HasFocus)))
            return;
        drawButtonBox(painter, *option, button != nullptr && (button->features & QStyleOptionButton::DefaultButton));
        return;
    }
    case PE_PanelButtonTool:
        if (isToolBoxWanted(*option, widget))
            drawButtonBox(painter, *option, false);
        return;
    case PE_PanelLineEdit:
        drawLineEdit(painter, *option);
        return;
    case PE_FrameLineEdit:
        return;
    case PE_Frame:
        painter->save();
        painter->setPen(themed(ColorRole::Line));
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
        painter->restore();
        return;
    case PE_FrameFocusRect:
        if (qobject_cast<const QAbstractItemView*>(widget) != nullptr)
            return; // our views outline the whole row
        drawFocusFrame(painter, option->rect);
        return;
    case PE_IndicatorArrowDown:
    case PE_IndicatorArrowRight:
        drawChevron(painter, option->rect, element == PE_IndicatorArrowDown ? Qt::DownArrow : Qt::RightArrow,
                    option->palette.color((option->state & State_Enabled) ? QPalette::Active : QPalette::Disabled,
                                          QPalette::ButtonText));
        return;
    case PE_IndicatorRadioButton:
        drawRadioButton(painter, *option);
        return;
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck:
        drawCheckBox(painter, *option);
        return;
    case PE_IndicatorBranch:
        if (option->state & State_Children)
            drawChevron(painter, option->rect,
                        (option->state & State_Open)           ? Qt::DownArrow
                        : option->direction == Qt::RightToLeft ? Qt::LeftArrow
                                                               : Qt::RightArrow,
                        option->palette.color(QPalette::Text));
        return;
    case PE_PanelStatusBar:
        painter->fillRect(option->rect, option->palette.brush(QPalette::Window));
        painter->fillRect(QRect(option->rect.topLeft(), QSize(option->rect.width(), 1)), themed(ColorRole::Line));
        return;
    case PE_FrameStatusBarItem:
        return;
    default:
        QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void Style::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                        const QWidget* widget) const {
    switch (element) {
    case CE_ToolButtonLabel:
        if (hasTextBesideIcon(option)) {
            auto padded = *qstyleoption_cast<const QStyleOptionToolButton*>(option);
            padded.rect.adjust(toolPadding, 0, -toolPadding, 0);
            QProxyStyle::drawControl(element, &padded, painter, widget);
            return;
        }
        QProxyStyle::drawControl(element, option, painter, widget);
        return;
    case CE_Splitter:
        painter->fillRect(option->rect, themed(ColorRole::Line));
        return;
    case CE_HeaderSection: {
        painter->fillRect(option->rect, option->palette.brush(QPalette::Window));
        const QRect r = option->rect;
        painter->fillRect(QRect(r.left(), r.bottom(), r.width(), 1), themed(ColorRole::Line));
        painter->fillRect(QRect(r.right(), r.top() + 4, 1, r.height() - 8), themed(ColorRole::Line));
        return;
    }
    case CE_Header:
        if (const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option)) {
            proxy()->drawControl(CE_HeaderSection, option, painter, widget);
            drawHeaderLabel(*header, painter);
        }
        return;
    case CE_HeaderEmptyArea:
        painter->fillRect(option->rect, option->palette.brush(QPalette::Window));
        painter->fillRect(QRect(option->rect.left(), option->rect.bottom(), option->rect.width(), 1),
                          themed(ColorRole::Line));
        return;
    case CE_ToolBar:
        painter->fillRect(option->rect, option->palette.brush(QPalette::Window));
        painter->fillRect(QRect(option->rect.left(), option->rect.bottom(), option->rect.width(), 1),
                          themed(ColorRole::Line));
        return;
    case CE_MenuBarEmptyArea:
        painter->fillRect(option->rect, option->palette.brush(QPalette::Window));
        return;
    case CE_MenuBarItem:
        if (const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option)) {
            painter->fillRect(option->rect, option->palette.brush(QPalette::Window));
            if ((item->state & State_Selected) && (item->state & State_Enabled))
                painter->fillRect(option->rect.adjusted(0, 1, 0, -1), option->palette.brush(QPalette::Highlight));
            drawItemText(painter, option->rect, Qt::AlignCenter | Qt::TextShowMnemonic | Qt::TextSingleLine,
                         option->palette, item->state & State_Enabled, item->text, QPalette::WindowText);
        }
        return;
    case CE_ProgressBarGroove:
        drawBox(painter, option->rect, option->palette.color(QPalette::Base), themed(ColorRole::ButtonBorder));
        return;
    case CE_ProgressBarContents:
        if (const auto* bar = qstyleoption_cast<const QStyleOptionProgressBar*>(option))
            drawProgress(*bar, painter);
        return;
    default:
        QProxyStyle::drawControl(element, option, painter, widget);
    }
}

void Style::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                               const QWidget* widget) const {
    const auto* combo = qstyleoption_cast<const QStyleOptionComboBox*>(option);
    if (control != CC_ComboBox || combo == nullptr) {
        QProxyStyle::drawComplexControl(control, option, painter, widget);
        return;
    }
    if (combo->editable)
        drawBox(painter, option->rect, option->palette.color(QPalette::Base),
                themed((option->state & State_HasFocus) ? ColorRole::FocusLine : ColorRole::ButtonBorder));
    else
        drawButtonBox(painter, *option, false);
    const QRect arrow = proxy()->subControlRect(CC_ComboBox, combo, SC_ComboBoxArrow, widget);
    drawChevron(painter, arrow, Qt::DownArrow,
                option->palette.color((option->state & State_Enabled) ? QPalette::Active : QPalette::Disabled,
                                      QPalette::ButtonText));
}

} // namespace certwright::ui
