#include "ui/pages/connection_options.h"

#include "ui/convert.h"
#include "ui/prompts.h"
#include "ui/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

#include <array>

namespace certwright::ui {

namespace {

using tls::ProtocolVersion;

constexpr int DefaultSeconds = 10;
constexpr std::array Versions{ProtocolVersion::Tls10, ProtocolVersion::Tls11, ProtocolVersion::Tls12,
                              ProtocolVersion::Tls13};

QStringList versionTexts(const QString& unset) {
    return {unset, QStringLiteral("TLS 1.0"), QStringLiteral("TLS 1.1"), QStringLiteral("TLS 1.2"),
            QStringLiteral("TLS 1.3")};
}

/// The first entry is the library's choice.
std::optional<ProtocolVersion> versionOf(const QComboBox& box) {
    if (box.currentIndex() < 1)
        return std::nullopt;
    return Versions[static_cast<std::size_t>(box.currentIndex() - 1)];
}

std::string lineOf(const QLineEdit& edit) {
    return toStdString(edit.text().trimmed());
}

QFormLayout* makeForm(QWidget* area) {
    auto* form = new QFormLayout(area);
    form->setContentsMargins(0, 0, 0, 0);
    form->setHorizontalSpacing(8);
    form->setVerticalSpacing(6);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    return form;
}

} // namespace

ConnectionOptions::ConnectionOptions(Prompts& prompts, QWidget* parent)
    : QWidget(parent)
    , m_prompts(prompts) {
    setObjectName(QStringLiteral("connectionOptions"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 4, 12, 8);
    row->setSpacing(24);
    row->addWidget(buildFirstColumn(), 1);
    row->addWidget(buildSecondColumn(), 1);
    reset();
    for (const QLineEdit* edit : findChildren<QLineEdit*>())
        connect(edit, &QLineEdit::textChanged, this, &ConnectionOptions::edited);
    for (const QComboBox* box : findChildren<QComboBox*>())
        connect(box, &QComboBox::currentIndexChanged, this, &ConnectionOptions::edited);
    for (const QCheckBox* box : findChildren<QCheckBox*>())
        connect(box, &QCheckBox::toggled, this, &ConnectionOptions::edited);
    connect(m_timeout, &QSpinBox::valueChanged, this, [this] {
        m_exactTimeout = {};
        Q_EMIT edited();
    });
    connect(m_reset, &QPushButton::clicked, this, &ConnectionOptions::reset);
    connect(m_chooseTrustFile, &QPushButton::clicked, this, &ConnectionOptions::chooseTrustFile);
}

QLineEdit* ConnectionOptions::addLine(QFormLayout& form, const QString& name, const QString& label,
                                      const QString& hint) {
    auto* edit = new QLineEdit;
    edit->setObjectName(name);
    edit->setPlaceholderText(hint);
    edit->setMaxLength(4000);
    edit->setAccessibleName(label);
    form.addRow(label, edit);
    return edit;
}

QComboBox* ConnectionOptions::addChoice(QFormLayout& form, const QString& name, const QString& label,
                                        const QStringList& texts) {
    auto* box = new QComboBox;
    box->setObjectName(name);
    box->addItems(texts);
    box->setAccessibleName(label);
    form.addRow(label, box);
    return box;
}

QWidget* ConnectionOptions::buildFirstColumn() {
    auto* area = new QWidget(this);
    QFormLayout& form = *makeForm(area);
    m_serverName = addLine(form, QStringLiteral("optionServerName"), tr("Server name (SNI)"), tr("the host's"));
    m_alpn = addLine(form, QStringLiteral("optionAlpn"), tr("ALPN"), tr("none, or e.g. h2, http/1.1"));
    m_minimum = addChoice(form, QStringLiteral("optionMinimum"), tr("Lowest version"),
                          versionTexts(tr("the library's lowest")));
    m_maximum = addChoice(form, QStringLiteral("optionMaximum"), tr("Highest version"),
                          versionTexts(tr("the library's highest")));
    m_family = addChoice(form, QStringLiteral("optionFamily"), tr("Addresses"),
                         {tr("IPv4 and IPv6"), tr("IPv4 only"), tr("IPv6 only")});
    m_client = addChoice(form, QStringLiteral("optionClientCertificate"), tr("Client certificate"), {tr("none")});
    m_client->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_client->setMinimumContentsLength(12);
    m_client->setToolTip(tr("Certificates of the open store that have their private key"));
    QStringList protocols{tr("TLS from the start")};
    for (const tls::starttls::Protocol protocol : tls::starttls::allProtocols())
        protocols << toQString(tls::starttls::titleOf(protocol));
    m_startTls = addChoice(form, QStringLiteral("optionStartTls"), tr("STARTTLS"), protocols);
    m_timeout = new QSpinBox;
    m_timeout->setObjectName(QStringLiteral("optionTimeout"));
    m_timeout->setAccessibleName(tr("Time limit"));
    m_timeout->setRange(1, 300);
    m_timeout->setSuffix(tr(" s"));
    form.addRow(tr("Time limit"), m_timeout);
    return area;
}

QWidget* ConnectionOptions::buildSecondColumn() {
    auto* area = new QWidget(this);
    QFormLayout& form = *makeForm(area);
    m_ciphers = addLine(form, QStringLiteral("optionCiphers"), tr("Ciphers up to 1.2"), tr("OpenSSL's list, e.g. ALL"));
    m_suites = addLine(form, QStringLiteral("optionSuites"), tr("Suites of 1.3"),
                       tr("e.g. TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256"));
    m_groups = addLine(form, QStringLiteral("optionGroups"), tr("Groups"), tr("e.g. X25519:P-256"));
    m_level = addChoice(form, QStringLiteral("optionLevel"), tr("Security level"),
                        {tr("the library's"), tr("0 – takes everything"), QStringLiteral("1"), QStringLiteral("2"),
                         QStringLiteral("3"), QStringLiteral("4"), QStringLiteral("5")});
    m_systemTrust = new QCheckBox(tr("the system's roots"));
    m_systemTrust->setObjectName(QStringLiteral("optionSystemTrust"));
    m_storeTrust = new QCheckBox(tr("the open store's"));
    m_storeTrust->setObjectName(QStringLiteral("optionStoreTrust"));
    m_proxy = addLine(form, QStringLiteral("optionProxy"), tr("Proxy"), tr("none, or e.g. socks5://host:1080"));
    auto* trusts = new QHBoxLayout;
    trusts->setSpacing(12);
    trusts->addWidget(m_systemTrust);
    trusts->addWidget(m_storeTrust);
    trusts->addStretch(1);
    form.addRow(tr("Trust"), trusts);
    m_trustFile = new QLineEdit;
    m_trustFile->setObjectName(QStringLiteral("optionTrustFile"));
    m_trustFile->setAccessibleName(tr("Trusted certificates in a file or folder"));
    m_trustFile->setPlaceholderText(tr("PEM file or folder"));
    m_chooseTrustFile = new QPushButton(icon(QStringLiteral("folder")), tr("Choose…"));
    m_chooseTrustFile->setObjectName(QStringLiteral("chooseTrustFile"));
    m_chooseTrustFile->setAccessibleName(tr("Choose a file of trusted certificates"));
    m_reset = new QPushButton(tr("Usual options"));
    m_reset->setObjectName(QStringLiteral("resetOptions"));
    auto* file = new QHBoxLayout;
    file->setSpacing(8);
    file->addWidget(m_trustFile, 1);
    file->addWidget(m_chooseTrustFile);
    file->addWidget(m_reset);
    form.addRow(tr("and those in"), file);
    return area;
}

void ConnectionOptions::apply(service::ConnectionRequest& request) const {
    request.serverName = lineOf(*m_serverName);
    for (const QString& name : m_alpn->text().split(QLatin1Char(','))) {
        if (!name.trimmed().isEmpty())
            request.tls.alpn.push_back(toStdString(name.trimmed()));
    }
    request.tls.minimumVersion = versionOf(*m_minimum);
    request.tls.maximumVersion = versionOf(*m_maximum);
    request.tls.ciphers = lineOf(*m_ciphers);
    request.tls.cipherSuites = lineOf(*m_suites);
    request.tls.groups = lineOf(*m_groups);
    if (m_level->currentIndex() > 0)
        request.tls.securityLevel = m_level->currentIndex() - 1;
    if (m_startTls->currentIndex() > 0)
        request.startTls = tls::starttls::allProtocols()[static_cast<std::size_t>(m_startTls->currentIndex() - 1)];
    if (const std::string proxy = lineOf(*m_proxy); !proxy.empty())
        request.proxy = tls::starttls::parseProxy(proxy);
    request.family = static_cast<net::AddressFamily>(m_family->currentIndex());
    request.timeout = m_exactTimeout.count() > 0 ? m_exactTimeout : std::chrono::seconds(m_timeout->value());
    request.trust.system = m_systemTrust->isChecked();
    if (!m_trustFile->text().trimmed().isEmpty())
        request.trust.files.push_back(lineOf(*m_trustFile));
}

void ConnectionOptions::setClientCertificates(const std::vector<store::CertificateRow>& rows) {
    const store::RowId chosen = clientCertificate();
    while (m_client->count() > 1)
        m_client->removeItem(1);
    for (const store::CertificateRow& row : rows) {
        m_client->addItem(printable(row.name), QVariant::fromValue(row.id));
        if (row.id == chosen)
            m_client->setCurrentIndex(m_client->count() - 1);
    }
}

store::RowId ConnectionOptions::clientCertificate() const {
    return m_client->currentIndex() > 0 ? m_client->currentData().value<store::RowId>() : store::RowId(0);
}

std::uint16_t ConnectionOptions::defaultPort() const {
    constexpr std::uint16_t HttpsPort = 443;
    if (m_startTls->currentIndex() < 1)
        return HttpsPort;
    return tls::starttls::defaultPort(
        tls::starttls::allProtocols()[static_cast<std::size_t>(m_startTls->currentIndex() - 1)]);
}

bool ConnectionOptions::isStoreTrusted() const {
    return m_storeTrust->isChecked();
}

QString ConnectionOptions::trustText(const QString& store) const {
    QStringList parts;
    if (m_systemTrust->isChecked())
        parts << tr("the system's trusted certificates");
    if (m_storeTrust->isChecked() && !store.isEmpty())
        parts << tr("the roots in %1").arg(printable(store));
    if (const QString file = m_trustFile->text().trimmed(); !file.isEmpty())
        parts << printable(QFileInfo(file).fileName());
    if (parts.isEmpty())
        return tr("nothing: nobody is trusted");
    return parts.join(tr(" and "));
}

QString ConnectionOptions::summary() const {
    QStringList parts;
    const auto addText = [&parts](const QString& label, const QLineEdit* edit) {
        if (!edit->text().trimmed().isEmpty())
            parts << tr("%1 %2").arg(label, printable(edit->text().trimmed()));
    };
    addText(tr("SNI"), m_serverName);
    addText(tr("ALPN"), m_alpn);
    if (m_minimum->currentIndex() > 0)
        parts << tr("from %1").arg(m_minimum->currentText());
    if (m_maximum->currentIndex() > 0)
        parts << tr("up to %1").arg(m_maximum->currentText());
    addText(tr("ciphers"), m_ciphers);
    addText(tr("suites"), m_suites);
    addText(tr("groups"), m_groups);
    if (m_level->currentIndex() > 0)
        parts << tr("security level %1").arg(m_level->currentIndex() - 1);
    if (m_family->currentIndex() > 0)
        parts << m_family->currentText();
    if (m_startTls->currentIndex() > 0)
        parts << tr("STARTTLS %1").arg(m_startTls->currentText());
    if (!m_proxy->text().trimmed().isEmpty())
        parts << tr("through a proxy"); // its text may hold a password
    if (m_client->currentIndex() > 0)
        parts << tr("as %1").arg(m_client->currentText());
    if (m_timeout->value() != DefaultSeconds)
        parts << tr("%1 s").arg(m_timeout->value());
    if (!m_systemTrust->isChecked() || !m_storeTrust->isChecked() || !m_trustFile->text().trimmed().isEmpty())
        parts << tr("own choice of trust");
    return parts.join(QStringLiteral(" · "));
}

void ConnectionOptions::setTimeout(std::chrono::milliseconds timeout) {
    m_exactTimeout = timeout;
}

void ConnectionOptions::reset() {
    for (QLineEdit* edit : {m_serverName, m_alpn, m_ciphers, m_suites, m_groups, m_trustFile, m_proxy})
        edit->clear();
    for (QComboBox* box : {m_minimum, m_maximum, m_family, m_level, m_client, m_startTls})
        box->setCurrentIndex(0);
    m_timeout->setValue(DefaultSeconds);
    m_systemTrust->setChecked(true);
    m_storeTrust->setChecked(true);
}

void ConnectionOptions::chooseTrustFile() {
    FileRequest request;
    request.title = tr("Trusted certificates");
    request.filters = {tr("PEM files (*.pem *.crt *.cer)")};
    m_prompts.askOpenFile(window(), request, this, [this](const QString& path) {
        if (!path.isEmpty())
            m_trustFile->setText(path);
    });
}

} // namespace certwright::ui
