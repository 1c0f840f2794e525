#include "ui/dialogs/about_dialog.h"

#include "core/base/library.h"
#include "ui/convert.h"
#include "ui/theme.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace certwright::ui {

AboutDialog::AboutDialog(QWidget* parent)
    : QDialog(parent) {
    setObjectName(QStringLiteral("aboutDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("About Certwright"));
    auto* picture = new QLabel(this);
    picture->setPixmap(icon(QStringLiteral("app")).pixmap(QSize(64, 64), devicePixelRatioF()));
    auto* texts = new QVBoxLayout;
    texts->setSpacing(4);
    const auto add = [&](const QString& text) {
        auto* label = new QLabel(text, this);
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        texts->addWidget(label);
        return label;
    };
    add(tr("Certwright %1").arg(QLatin1String(CERTWRIGHT_VERSION)))
        ->setFont(Theme::instance().headingFont(18.0 / 13.0));
    add(tr("A desktop workbench for certificates"));
    texts->addSpacing(8);
    add(toQString(base::libraryVersion()));
    add(tr("Qt %1").arg(QLatin1String(qVersion())));
    if (!base::isSecureHeapLocked())
        add(tr("The memory for secrets could not be locked: the system may write it to swap space."))
            ->setWordWrap(true);
    texts->addSpacing(8);
    add(tr("Licensed under the Apache License, version 2.0"));
    auto* top = new QHBoxLayout;
    top->setSpacing(16);
    top->addWidget(picture, 0, Qt::AlignTop);
    top->addLayout(texts, 1);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(top);
    layout->addSpacing(8);
    layout->addWidget(buttons);
}

} // namespace certwright::ui
