#include "ui/widgets/key_kind.h"

#include "core/base/error.h"
#include "core/service/job_runner.h"
#include "ui/convert.h"

#include <QComboBox>
#include <QCompleter>
#include <QHBoxLayout>
#include <QIntValidator>
#include <QLabel>
#include <QLineEdit>

#include <algorithm>

namespace certwright::ui {

namespace {

const std::vector<std::string> usualCurves{"prime256v1", "secp384r1", "secp521r1"};

constexpr int smallestSize = 1024, largestSize = 16384;

bool hasSize(const std::string& type) {
    return type == "RSA" || type == "RSA-PSS" || type == "DSA" || type == "DH";
}

QString typeTitle(const std::string& type) {
    const QString name = toQString(type);
    if (type == "EC")
        return KeyKindChooser::tr("EC (elliptic curve)");
    if (type == "DSA" || type == "DH")
        return KeyKindChooser::tr("%1 (legacy)").arg(name);
    if (type == "X25519" || type == "X448")
        return KeyKindChooser::tr("%1 (key agreement only)").arg(name);
    return name;
}

QString curveTitle(const std::string& curve) {
    const QString shown = keyKindText({"EC", 0, curve});
    return shown == toQString(curve) ? shown : QStringLiteral("%1 (%2)").arg(shown, toQString(curve));
}

/// OpenSSL's name for what somebody typed ("P-256", "SECP384R1"); the text itself when there is no such curve.
std::string curveNamed(const QString& typed) {
    const std::string text = toStdString(typed.trimmed());
    try {
        return text.empty() ? text : crypto::KeySpec::parse("ec:" + text).curve;
    } catch (const base::Error&) {
        return text;
    }
}

} // namespace

QString keyKindText(const crypto::KeySpec& spec) {
    return keyText({spec.type, spec.bits, spec.curve});
}

QString estimatedTime(const crypto::KeySpec& spec) {
    if (!hasSize(spec.type))
        return KeyKindChooser::tr("Made at once.");
    const bool isDh = spec.type == "DH" || spec.type == "DSA";
    if (spec.bits <= 3072)
        return isDh ? KeyKindChooser::tr("Takes seconds to a minute.") : KeyKindChooser::tr("Takes about a second.");
    if (spec.bits <= 4096)
        return isDh ? KeyKindChooser::tr("Takes minutes.") : KeyKindChooser::tr("Takes a few seconds.");
    if (spec.bits <= 8192)
        return KeyKindChooser::tr("Takes up to some minutes. You can stop it.");
    return KeyKindChooser::tr("Takes many minutes. You can stop it.");
}

KeyKindChooser::KeyKindChooser(service::JobRunner& jobs, QWidget* parent)
    : QWidget(parent)
    , m_algorithm(new QComboBox(this))
    , m_parameterLabel(new QLabel(this))
    , m_parameter(new QComboBox(this))
    , m_curves(usualCurves) {
    m_algorithm->setObjectName(QStringLiteral("algorithm"));
    m_algorithm->setAccessibleName(tr("Algorithm"));
    m_parameter->setObjectName(QStringLiteral("parameter"));
    m_parameter->setEditable(true);
    m_parameter->setInsertPolicy(QComboBox::NoInsert);
    m_parameter->setMinimumContentsLength(14);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_algorithm);
    row->addWidget(m_parameterLabel);
    row->addWidget(m_parameter);
    row->addStretch(1);

    Offer usual;
    usual.types = {{"EC", 0, "prime256v1"}, {"RSA", 3072, {}}, {"Ed25519", 0, {}}};
    usual.curves = usualCurves;
    setOffer(usual);
    connect(m_algorithm, &QComboBox::activated, this, [this] {
        fillParameters({m_algorithm->currentData().toString().toStdString(), 3072, "prime256v1"});
        Q_EMIT chosen();
    });
    connect(m_parameter, &QComboBox::currentTextChanged, this, &KeyKindChooser::chosen);
    jobs.run<Offer>(
        {}, this,
        [](const base::JobControl&) {
            Offer offer;
            for (const std::string& type : crypto::availableKeyTypes())
                offer.types.push_back(crypto::KeySpec::parse(type));
            offer.curves = crypto::availableCurves();
            return offer;
        },
        [this](const base::Outcome<Offer>& offer) {
            if (offer)
                setOffer(*offer);
        });
}

void KeyKindChooser::setOffer(const Offer& offer) {
    const crypto::KeySpec wanted = m_algorithm->count() > 0 ? spec() : offer.types.front();
    const QSignalBlocker blocker(m_algorithm);
    m_algorithm->clear();
    for (const crypto::KeySpec& type : offer.types)
        m_algorithm->addItem(typeTitle(type.type), toQString(type.type));
    m_curves = usualCurves;
    for (const std::string& curve : offer.curves) {
        if (std::find(m_curves.begin(), m_curves.end(), curve) == m_curves.end())
            m_curves.push_back(curve);
    }
    setSpec(wanted);
}

void KeyKindChooser::fillParameters(const crypto::KeySpec& wanted) {
    const QSignalBlocker blocker(m_parameter);
    m_parameter->clear();
    const bool isCurve = wanted.type == "EC";
    const bool isSize = hasSize(wanted.type);
    m_parameterLabel->setVisible(isCurve || isSize);
    m_parameter->setVisible(isCurve || isSize);
    m_parameterLabel->setText(isCurve ? tr("Curve") : tr("Bits"));
    m_parameter->setAccessibleName(isCurve ? tr("Curve") : tr("Size in bits"));
    if (isCurve) {
        for (const std::string& curve : m_curves)
            m_parameter->addItem(curveTitle(curve), toQString(curve));
        m_parameter->lineEdit()->setValidator(nullptr);
        m_parameter->completer()->setFilterMode(Qt::MatchContains);
        m_parameter->completer()->setCompletionMode(QCompleter::PopupCompletion);
        m_parameter->setCurrentIndex(std::max(0, m_parameter->findData(toQString(wanted.curve))));
    } else if (isSize) {
        for (const int bits : {2048, 3072, 4096, 8192})
            m_parameter->addItem(QString::number(bits));
        m_parameter->lineEdit()->setValidator(new QIntValidator(smallestSize, largestSize, m_parameter->lineEdit()));
        m_parameter->setCurrentText(QString::number(wanted.bits == 0 ? 3072 : wanted.bits));
    }
}

crypto::KeySpec KeyKindChooser::spec() const {
    crypto::KeySpec spec;
    spec.type = toStdString(m_algorithm->currentData().toString());
    if (spec.type == "EC") {
        // A name that was typed counts as such also where it is none: problem() says so.
        const int known = m_parameter->findText(m_parameter->currentText(), Qt::MatchFixedString);
        spec.curve =
            known >= 0 ? toStdString(m_parameter->itemData(known).toString()) : curveNamed(m_parameter->currentText());
    } else if (hasSize(spec.type)) {
        spec.bits = m_parameter->currentText().toInt();
    }
    return spec;
}

QString KeyKindChooser::problem() const {
    const crypto::KeySpec wanted = spec();
    if (wanted.type == "EC") {
        const bool isKnown = std::find(m_curves.begin(), m_curves.end(), wanted.curve) != m_curves.end();
        return isKnown ? QString()
                       : tr("There is no curve “%1” here. Choose one of the list.").arg(printable(wanted.curve));
    }
    if (hasSize(wanted.type) && (wanted.bits < smallestSize || wanted.bits > largestSize))
        return tr("%1 keys have %2 to %3 bits.").arg(toQString(wanted.type)).arg(smallestSize).arg(largestSize);
    return {};
}

void KeyKindChooser::setSpec(const crypto::KeySpec& spec) {
    const QSignalBlocker blocker(m_algorithm);
    m_algorithm->setCurrentIndex(std::max(0, m_algorithm->findData(toQString(spec.type))));
    fillParameters(spec);
}

} // namespace certwright::ui
