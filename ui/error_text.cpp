#include "ui/error_text.h"

#include "ui/convert.h"

#include <openssl/asn1err.h>
#include <openssl/ecerr.h>
#include <openssl/err.h>
#include <openssl/evperr.h>
#include <openssl/pemerr.h>
#include <openssl/pkcs12err.h>
#include <openssl/proverr.h>
#include <openssl/rsaerr.h>
#include <openssl/sslerr.h>
#include <openssl/x509err.h>

#include <QCoreApplication>

#include <array>

namespace certwright::ui {

namespace {

/// What an OpenSSL reason means to a person.
struct ReasonWords {
    int lib;
    int reason;
    const char* text;
    const char* advice;
};

// Marked for the translation tools; translated when used.
constexpr auto reasonWords = std::to_array<ReasonWords>({
    {ERR_LIB_PKCS12, PKCS12_R_MAC_VERIFY_FAILURE,
     QT_TRANSLATE_NOOP("ErrorText", "Wrong passphrase, or the file is damaged: its integrity check failed."),
     QT_TRANSLATE_NOOP("ErrorText", "Try the passphrase again; capital letters and the keyboard layout matter.")},
    {ERR_LIB_PKCS12, PKCS12_R_PKCS12_CIPHERFINAL_ERROR,
     QT_TRANSLATE_NOOP("ErrorText", "The content could not be decrypted with this passphrase."),
     QT_TRANSLATE_NOOP("ErrorText", "Try the passphrase again.")},
    {ERR_LIB_PKCS12, PKCS12_R_UNKNOWN_DIGEST_ALGORITHM,
     QT_TRANSLATE_NOOP("ErrorText", "The file's integrity check uses a digest that this OpenSSL does not offer."),
     QT_TRANSLATE_NOOP("ErrorText", "Write the file again with SHA-256, or open it on a system that has the digest.")},
    {ERR_LIB_PEM, PEM_R_BAD_DECRYPT,
     QT_TRANSLATE_NOOP("ErrorText", "The key could not be decrypted with this passphrase."),
     QT_TRANSLATE_NOOP("ErrorText", "Try the passphrase again.")},
    {ERR_LIB_PEM, PEM_R_NO_START_LINE, QT_TRANSLATE_NOOP("ErrorText", "There is no \"-----BEGIN\" line in the text."),
     QT_TRANSLATE_NOOP("ErrorText", "Copy the whole block, with its first and its last line.")},
    {ERR_LIB_PEM, PEM_R_BAD_END_LINE,
     QT_TRANSLATE_NOOP("ErrorText", "The \"-----END\" line is missing or does not fit the first line."),
     QT_TRANSLATE_NOOP("ErrorText", "Copy the whole block, with its first and its last line.")},
    {ERR_LIB_PEM, PEM_R_BAD_BASE64_DECODE,
     QT_TRANSLATE_NOOP("ErrorText", "The text between the PEM lines is not base64; some of it is missing or changed."),
     QT_TRANSLATE_NOOP("ErrorText", "Get the file again from where it came from.")},
    {ERR_LIB_PEM, PEM_R_UNSUPPORTED_ENCRYPTION,
     QT_TRANSLATE_NOOP("ErrorText", "The key is encrypted with a cipher that this OpenSSL does not offer."), ""},
    {ERR_LIB_EVP, EVP_R_BAD_DECRYPT,
     QT_TRANSLATE_NOOP("ErrorText", "The content could not be decrypted with this passphrase."),
     QT_TRANSLATE_NOOP("ErrorText", "Try the passphrase again.")},
    {ERR_LIB_PROV, PROV_R_BAD_DECRYPT,
     QT_TRANSLATE_NOOP("ErrorText", "The content could not be decrypted with this passphrase."),
     QT_TRANSLATE_NOOP("ErrorText", "Try the passphrase again.")},
    {ERR_LIB_EVP, EVP_R_UNSUPPORTED_ALGORITHM,
     QT_TRANSLATE_NOOP("ErrorText", "This OpenSSL does not offer the algorithm; it may be in its legacy provider."),
     QT_TRANSLATE_NOOP("ErrorText", "Install OpenSSL's legacy provider, or convert the file to a current algorithm.")},
    {ERR_LIB_EVP, EVP_R_UNSUPPORTED_PRIVATE_KEY_ALGORITHM,
     QT_TRANSLATE_NOOP("ErrorText", "This OpenSSL does not know the key's algorithm."),
     QT_TRANSLATE_NOOP("ErrorText", "A newer OpenSSL may.")},
    {ERR_LIB_ASN1, ASN1_R_TOO_LONG, QT_TRANSLATE_NOOP("ErrorText", "The content ends before the length it claims."),
     QT_TRANSLATE_NOOP("ErrorText", "The file was probably cut short; get it again.")},
    {ERR_LIB_ASN1, ASN1_R_NOT_ENOUGH_DATA, QT_TRANSLATE_NOOP("ErrorText", "The content ends too early."),
     QT_TRANSLATE_NOOP("ErrorText", "The file was probably cut short; get it again.")},
    {ERR_LIB_ASN1, ASN1_R_HEADER_TOO_LONG, QT_TRANSLATE_NOOP("ErrorText", "The content is not valid DER."),
     QT_TRANSLATE_NOOP("ErrorText", "The file may be damaged or of another kind; get it again.")},
    {ERR_LIB_ASN1, ASN1_R_WRONG_TAG, QT_TRANSLATE_NOOP("ErrorText", "The content is valid DER but of another kind."),
     ""},
    {ERR_LIB_ASN1, ASN1_R_STRING_TOO_LONG, QT_TRANSLATE_NOOP("ErrorText", "A name's field is longer than it may be."),
     QT_TRANSLATE_NOOP("ErrorText", "Shorten it: a common name has at most 64 characters, a country exactly 2.")},
    {ERR_LIB_X509, X509_R_KEY_VALUES_MISMATCH,
     QT_TRANSLATE_NOOP("ErrorText", "The private key does not belong to this certificate."),
     QT_TRANSLATE_NOOP("ErrorText", "Choose the key that the certificate was made with.")},
    {ERR_LIB_X509, X509_R_KEY_TYPE_MISMATCH,
     QT_TRANSLATE_NOOP("ErrorText", "The private key is of another type than the certificate's."),
     QT_TRANSLATE_NOOP("ErrorText", "Choose the key that the certificate was made with.")},
    {ERR_LIB_RSA, RSA_R_KEY_SIZE_TOO_SMALL, QT_TRANSLATE_NOOP("ErrorText", "The RSA key is too short for this."),
     QT_TRANSLATE_NOOP("ErrorText", "Use 2048 bits or more.")},
    {ERR_LIB_RSA, RSA_R_DIGEST_TOO_BIG_FOR_RSA_KEY,
     QT_TRANSLATE_NOOP("ErrorText", "The RSA key is too short for this digest."),
     QT_TRANSLATE_NOOP("ErrorText", "Use a longer key or a shorter digest.")},
    {ERR_LIB_EC, EC_R_UNKNOWN_GROUP, QT_TRANSLATE_NOOP("ErrorText", "This OpenSSL does not know the key's curve."), ""},
    {ERR_LIB_SSL, SSL_R_WRONG_VERSION_NUMBER, QT_TRANSLATE_NOOP("ErrorText", "The port answered, but not with TLS."),
     QT_TRANSLATE_NOOP("ErrorText", "Check the port. Mail, database and directory servers often begin in clear and "
                                    "change to TLS by STARTTLS.")},
    {ERR_LIB_SSL, SSL_R_UNEXPECTED_EOF_WHILE_READING,
     QT_TRANSLATE_NOOP("ErrorText", "The other side closed the connection without TLS's farewell."), ""},
    {ERR_LIB_SSL, SSL_R_NO_PROTOCOLS_AVAILABLE,
     QT_TRANSLATE_NOOP("ErrorText", "None of the TLS versions asked for is allowed here."), ""},
    {ERR_LIB_SSL, SSL_R_UNSUPPORTED_PROTOCOL,
     QT_TRANSLATE_NOOP("ErrorText", "The server speaks only TLS versions that are not allowed here."),
     QT_TRANSLATE_NOOP("ErrorText", "Allow an older version to look at it.")},
    {ERR_LIB_SSL, SSL_R_NO_CIPHERS_AVAILABLE,
     QT_TRANSLATE_NOOP("ErrorText", "None of the cipher suites asked for is offered here."), ""},
    {ERR_LIB_SSL, SSL_R_DH_KEY_TOO_SMALL,
     QT_TRANSLATE_NOOP("ErrorText", "The server's Diffie-Hellman key is too short to be safe."), ""},
    {ERR_LIB_SSL, SSL_R_CERTIFICATE_VERIFY_FAILED,
     QT_TRANSLATE_NOOP("ErrorText", "The server's certificate could not be verified."), ""},
});

QString translated(const char* text) {
    return *text == '\0' ? QString() : QCoreApplication::translate("ErrorText", text);
}

/// Words for a kind, where the error brings no hint of its own.
QString adviceFor(base::ErrorKind kind) {
    switch (kind) {
    case base::ErrorKind::BadInput:
        return QCoreApplication::translate("ErrorText", "Check that it is the right file and that it is complete.");
    case base::ErrorKind::WrongPassphrase:
        return QCoreApplication::translate("ErrorText", "Try again; capital letters and the keyboard layout matter.");
    case base::ErrorKind::PassphraseNeeded:
        return QCoreApplication::translate("ErrorText", "Give the passphrase.");
    case base::ErrorKind::Unsupported:
        return QCoreApplication::translate("ErrorText", "A newer OpenSSL, or its legacy provider, may know it.");
    case base::ErrorKind::Store:
        return QCoreApplication::translate(
            "ErrorText", "Nothing was changed. If it happens again, keep a copy of the store file and report it.");
    case base::ErrorKind::Internal:
        return QCoreApplication::translate("ErrorText", "This is a defect of the program: please report it with the "
                                                        "details below.");
    case base::ErrorKind::Network:
        return QCoreApplication::translate("ErrorText", "Check the name, the port and the connection.");
    case base::ErrorKind::Io:
    case base::ErrorKind::NotAllowed:
    case base::ErrorKind::NotFound:
    case base::ErrorKind::PeerAlert:
    case base::ErrorKind::Cancelled:
        break;
    }
    return {};
}

/// A sentence: first letter upper case, a full stop at the end.
QString sentence(const QString& text) {
    QString result = text.trimmed();
    if (result.isEmpty())
        return result;
    result[0] = result.at(0).toUpper();
    if (!result.endsWith(QLatin1Char('.')) && !result.endsWith(QLatin1Char('?')) && !result.endsWith(QLatin1Char('!')))
        result += QLatin1Char('.');
    return result;
}

QString detailsOf(const base::Error& error) {
    QStringList lines;
    lines += printable(error.message());
    if (!error.context().empty())
        lines += QCoreApplication::translate("ErrorText", "About: %1").arg(printable(error.context()));
    lines += QCoreApplication::translate("ErrorText", "Kind: %1").arg(toQString(base::toString(error.kind())));
    for (const base::StackEntry& entry : error.stack()) {
        QString line =
            QStringLiteral("error:%1:%2:%3:%4:%5:%6")
                .arg(entry.code, 8, 16, QLatin1Char('0'))
                .arg(printable(entry.lib), printable(entry.function), printable(entry.reason), printable(entry.file))
                .arg(entry.line);
        if (!entry.data.empty())
            line += QLatin1Char(':') + printable(entry.data);
        lines += line;
    }
    return lines.join(QLatin1Char('\n'));
}

} // namespace

ErrorText errorText(const base::Error& error) {
    ErrorText text;
    text.details = detailsOf(error);
    if (error.kind() == base::ErrorKind::WrongPassphrase) {
        text.reason = sentence(printable(error.message()));
        text.advice = error.hint().empty() ? adviceFor(error.kind()) : sentence(printable(error.hint()));
        return text;
    }
    for (const ReasonWords& words : reasonWords) {
        if (!error.hasReason(words.lib, words.reason))
            continue;
        text.reason = translated(words.text);
        text.advice = translated(words.advice);
        if (!error.hint().empty())
            text.advice = sentence(printable(error.hint()));
        return text;
    }
    text.reason = sentence(printable(error.message()));
    text.advice = error.hint().empty() ? adviceFor(error.kind()) : sentence(printable(error.hint()));
    return text;
}

QString errorLine(const base::Error& error) {
    const ErrorText text = errorText(error);
    return text.advice.isEmpty() ? text.reason : text.reason + QLatin1Char(' ') + text.advice;
}

QString errorReport(const QString& title, const base::Error& error) {
    const ErrorText text = errorText(error);
    QStringList lines{title, text.reason};
    if (!text.advice.isEmpty())
        lines += text.advice;
    lines += QString();
    lines += text.details;
    lines += QStringLiteral("Certwright %1, Qt %2").arg(QLatin1String(CERTWRIGHT_VERSION), QLatin1String(qVersion()));
    return lines.join(QLatin1Char('\n'));
}

} // namespace certwright::ui
