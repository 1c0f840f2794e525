#include "ui/widgets/name_delegate.h"

#include "ui/convert.h"
#include "ui/theme.h"
#include "ui/widgets/name_model.h"

#include <QComboBox>
#include <QCompleter>
#include <QLineEdit>
#include <QPainter>

namespace certwright::ui {

namespace {

constexpr int bracketWidth = 14;

QComboBox* makeTypeBox(QWidget* parent) {
    auto* box = new QComboBox(parent);
    box->setEditable(true);
    box->setInsertPolicy(QComboBox::NoInsert);
    for (const std::string& oid : offeredAttributes())
        box->addItem(attributeTitle(oid), toQString(oid));
    box->completer()->setFilterMode(Qt::MatchContains);
    box->completer()->setCompletionMode(QCompleter::PopupCompletion);
    box->setAccessibleName(NameDelegate::tr("Attribute type"));
    return box;
}

QComboBox* makeStringTypeBox(QWidget* parent) {
    auto* box = new QComboBox(parent);
    using x509::StringType;
    box->addItem(NameDelegate::tr("Automatic", "string type"), static_cast<int>(StringType::Automatic));
    for (const StringType type :
         {StringType::Utf8, StringType::Printable, StringType::Ia5, StringType::Bmp, StringType::T61})
        box->addItem(toQString(x509::toString(type)), static_cast<int>(type));
    box->setAccessibleName(NameDelegate::tr("String type"));
    return box;
}

} // namespace

QWidget* NameDelegate::createEditor(QWidget* parent, const QStyleOptionViewItem&, const QModelIndex& index) const {
    auto* self = const_cast<NameDelegate*>(this); // its signals are not const
    if (index.column() == NameModel::Type) {
        QComboBox* box = makeTypeBox(parent);
        connect(box, &QComboBox::currentTextChanged, self, [self, box] { Q_EMIT self->commitData(box); });
        return box;
    }
    if (index.column() == NameModel::Encoding) {
        QComboBox* box = makeStringTypeBox(parent);
        connect(box, &QComboBox::currentIndexChanged, self, [self, box] { Q_EMIT self->commitData(box); });
        return box;
    }
    auto* line = new QLineEdit(parent);
    line->setAccessibleName(tr("Value"));
    connect(line, &QLineEdit::textEdited, self, [self, line] { Q_EMIT self->commitData(line); });
    return line;
}

void NameDelegate::setEditorData(QWidget* editor, const QModelIndex& index) const {
    // Called again after each commit: what is being typed must not be replaced under the cursor.
    const QSignalBlocker blocker(editor);
    if (auto* line = qobject_cast<QLineEdit*>(editor)) {
        const QString value = index.data(Qt::EditRole).toString();
        if (line->text() != value)
            line->setText(value);
        return;
    }
    auto* box = qobject_cast<QComboBox*>(editor);
    if (box == nullptr)
        return;
    if (index.column() == NameModel::Encoding) {
        box->setCurrentIndex(box->findData(index.data(NameModel::StringTypeRole)));
        return;
    }
    if (box->property("isFilled").toBool())
        return;
    box->setProperty("isFilled", true);
    const int known = box->findData(index.data(NameModel::TypeTextRole));
    box->setCurrentIndex(known);
    if (known < 0)
        box->setEditText(index.data(NameModel::TypeTextRole).toString());
    box->lineEdit()->selectAll();
}

void NameDelegate::setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const {
    if (const auto* line = qobject_cast<QLineEdit*>(editor)) {
        if (line->text() != index.data(Qt::EditRole).toString())
            model->setData(index, line->text());
        return;
    }
    const auto* box = qobject_cast<QComboBox*>(editor);
    if (box == nullptr)
        return;
    if (index.column() == NameModel::Encoding)
        model->setData(index, box->currentData());
    else
        model->setData(index, box->currentText());
}

void NameDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem inner = option;
    if (index.column() == NameModel::Type) {
        // The bracket that holds the attributes of one RDN together stands in a margin of its own.
        initStyleOption(&inner, index);
        painter->save();
        if (option.state.testFlag(QStyle::State_Selected))
            painter->fillRect(option.rect,
                              option.palette.brush(option.state.testFlag(QStyle::State_Active) ? QPalette::Active
                                                                                               : QPalette::Inactive,
                                                   QPalette::Highlight));
        const bool above = index.data(NameModel::IsJoinedAboveRole).toBool();
        const bool below = index.data(NameModel::IsJoinedBelowRole).toBool();
        if (above || below) {
            painter->setPen(QPen(Theme::instance().color(ColorRole::FocusLine), 2));
            const QRect& rect = option.rect;
            const int x = rect.left() + bracketWidth / 2;
            const int middle = rect.center().y();
            painter->drawLine(x, above ? rect.top() : middle, x, below ? rect.bottom() : middle);
            if (!above || !below)
                painter->drawLine(x, middle, x + bracketWidth / 3, middle);
        }
        painter->restore();
        inner.rect.setLeft(inner.rect.left() + bracketWidth);
    }
    QStyledItemDelegate::paint(painter, inner, index);
}

QSize NameDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    if (index.column() == NameModel::Type)
        size.rwidth() += bracketWidth;
    return size;
}

} // namespace certwright::ui
