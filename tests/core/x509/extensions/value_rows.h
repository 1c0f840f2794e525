#pragma once

#include "core/x509/extension.h"
#include "tests/core/expect.h"
#include "tests/core/x509/openssl_maker.h"

#include <QTest>

#include <functional>
#include <string>

// Rows of what openssl encodes and of the typed value that is the same.
namespace certwright::test {

/// What a typed value does with what openssl made.
struct ValueCheck {
    /// What is wrong; empty when the extension reads as the value, and is written alike.
    std::function<QString(const x509::Extension&)> compare;
    /// Whether octets are read as some value of the type.
    std::function<bool(const std::string& oid, const base::Bytes&)> isRead;
};

enum class Encoding {
    Same,      ///< ours is openssl's
    Different, ///< openssl chose another type of string, or wrote a default
};

/// A row: lines of OpenSSL's configuration and the value that they describe.
template <class Value>
void valueRow(const char* name, const char* line, const char* sections, const Value& value,
              Encoding encoding = Encoding::Same) {
    ValueCheck check;
    check.compare = [value, encoding](const x509::Extension& made) -> QString {
        const auto read = made.as<Value>();
        if (!read)
            return QStringLiteral("not read: ") + q(base::toHex(made.value()));
        if (!(*read == value))
            return QStringLiteral("read as something else; that is ") + q(base::toHex(read->encode()));
        const base::Bytes written = value.encode();
        if (encoding == Encoding::Same && written != made.value())
            return q(base::toHex(written) + " instead of " + base::toHex(made.value()));
        if (!(Value::decode(written) == value))
            return QStringLiteral("not read again: ") + q(base::toHex(written));
        return x509::Extension::of(value, made.isCritical(), made.oid()).value() == written ? QString()
                                                                                            : QStringLiteral("of()");
    };
    check.isRead = [](const std::string& oid, const base::Bytes& octets) {
        return x509::Extension::fromDer(oid, false, octets).template as<Value>().has_value();
    };
    QTest::newRow(name) << QByteArray(line) << QByteArray(sections) << check;
}

} // namespace certwright::test

Q_DECLARE_METATYPE(certwright::test::ValueCheck)
