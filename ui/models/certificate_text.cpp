#include "ui/models/certificate_text.h"

#include "ui/convert.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>

namespace certwright::ui {

namespace {

QString words(const char* text) {
    return QCoreApplication::translate("CertificateText", text);
}

struct Usage {
    const char* name;
    const char* text;
};

constexpr std::array<Usage, 9> keyUsages{{
    {"digitalSignature", QT_TRANSLATE_NOOP("CertificateText", "Digital signature")},
    {"nonRepudiation", QT_TRANSLATE_NOOP("CertificateText", "Non-repudiation")},
    {"keyEncipherment", QT_TRANSLATE_NOOP("CertificateText", "Key encipherment")},
    {"dataEncipherment", QT_TRANSLATE_NOOP("CertificateText", "Data encipherment")},
    {"keyAgreement", QT_TRANSLATE_NOOP("CertificateText", "Key agreement")},
    {"keyCertSign", QT_TRANSLATE_NOOP("CertificateText", "Certificate signing")},
    {"cRLSign", QT_TRANSLATE_NOOP("CertificateText", "CRL signing")},
    {"encipherOnly", QT_TRANSLATE_NOOP("CertificateText", "Encipher only")},
    {"decipherOnly", QT_TRANSLATE_NOOP("CertificateText", "Decipher only")},
}};

constexpr std::array<Usage, 6> extendedUsages{{
    {"serverAuth", QT_TRANSLATE_NOOP("CertificateText", "TLS server")},
    {"clientAuth", QT_TRANSLATE_NOOP("CertificateText", "TLS client")},
    {"codeSigning", QT_TRANSLATE_NOOP("CertificateText", "Code signing")},
    {"emailProtection", QT_TRANSLATE_NOOP("CertificateText", "E-mail")},
    {"timeStamping", QT_TRANSLATE_NOOP("CertificateText", "Time stamping")},
    {"OCSPSigning", QT_TRANSLATE_NOOP("CertificateText", "OCSP signing")},
}};

bool has(const std::vector<std::string>& usages, const char* name) {
    return std::find(usages.begin(), usages.end(), name) != usages.end();
}

template <std::size_t N>
QString usageText(const std::array<Usage, N>& usages, const std::string& name) {
    const auto found =
        std::find_if(usages.begin(), usages.end(), [&name](const Usage& usage) { return name == usage.name; });
    return found == usages.end() ? printable(name) : words(found->text);
}

} // namespace

QString purposeText(const x509::Certificate& certificate) {
    if (certificate.isCa())
        return certificate.isSelfSigned() ? words(QT_TRANSLATE_NOOP("CertificateText", "Root CA certificate"))
                                          : words(QT_TRANSLATE_NOOP("CertificateText", "Intermediate CA certificate"));
    const std::vector<std::string> usages = certificate.extendedKeyUsage();
    if (has(usages, "serverAuth") && has(usages, "clientAuth"))
        return words(QT_TRANSLATE_NOOP("CertificateText", "TLS server and client certificate"));
    if (has(usages, "serverAuth"))
        return words(QT_TRANSLATE_NOOP("CertificateText", "TLS server certificate"));
    if (has(usages, "emailProtection"))
        return words(QT_TRANSLATE_NOOP("CertificateText", "E-mail certificate"));
    if (has(usages, "clientAuth"))
        return words(QT_TRANSLATE_NOOP("CertificateText", "TLS client certificate"));
    if (has(usages, "codeSigning"))
        return words(QT_TRANSLATE_NOOP("CertificateText", "Code signing certificate"));
    if (has(usages, "timeStamping"))
        return words(QT_TRANSLATE_NOOP("CertificateText", "Time stamping certificate"));
    if (has(usages, "OCSPSigning"))
        return words(QT_TRANSLATE_NOOP("CertificateText", "OCSP responder certificate"));
    return certificate.isSelfSigned() ? words(QT_TRANSLATE_NOOP("CertificateText", "Self-signed certificate"))
                                      : words(QT_TRANSLATE_NOOP("CertificateText", "Certificate"));
}

QString purposeIcon(const x509::Certificate& certificate) {
    if (certificate.isCa())
        return certificate.isSelfSigned() ? QStringLiteral("ca") : QStringLiteral("subca");
    const std::vector<std::string> usages = certificate.extendedKeyUsage();
    if (has(usages, "serverAuth"))
        return QStringLiteral("cert");
    if (has(usages, "emailProtection"))
        return QStringLiteral("mail");
    if (has(usages, "clientAuth"))
        return QStringLiteral("user");
    if (has(usages, "codeSigning"))
        return QStringLiteral("code");
    if (has(usages, "OCSPSigning"))
        return QStringLiteral("ocsp");
    return QStringLiteral("cert");
}

State stateByDates(std::optional<base::Time> from, std::optional<base::Time> until, base::Time now, int warningDays) {
    if (!from || !until)
        return State::Unknown;
    if (*until < now)
        return State::Expired;
    if (*from > now)
        return State::NotYetValid;
    return *until - now < std::chrono::days(warningDays) ? State::Expiring : State::Valid;
}

QString validityText(State state, std::optional<base::Time> from, std::optional<base::Time> until, base::Time now) {
    if (!from || !until)
        return words(QT_TRANSLATE_NOOP("CertificateText", "Its dates are damaged"));
    switch (state) {
    case State::Expired:
        return words(QT_TRANSLATE_NOOP("CertificateText", "Expired %1")).arg(relativeText(*until, now));
    case State::NotYetValid:
        return words(QT_TRANSLATE_NOOP("CertificateText", "Valid only %1")).arg(relativeText(*from, now));
    case State::Expiring:
        return words(QT_TRANSLATE_NOOP("CertificateText", "Expires %1")).arg(relativeText(*until, now));
    default:
        return words(QT_TRANSLATE_NOOP("CertificateText", "Valid, ends %1")).arg(relativeText(*until, now));
    }
}

QString nameText(const x509::GeneralName& name) {
    const QString value = printable(name.value);
    switch (name.type) {
    case x509::GeneralName::Type::Dns:
    case x509::GeneralName::Type::Email:
        return value;
    default:
        return QStringLiteral("%1 (%2)").arg(value, toQString(x509::toString(name.type)));
    }
}

QString keyUsageText(const std::string& name) {
    return usageText(keyUsages, name);
}

QString extendedKeyUsageText(const std::string& name) {
    return usageText(extendedUsages, name);
}

} // namespace certwright::ui
