#pragma once

#include "tests/support/test_ca.h"

#include <QDir>
#include <QFile>
#include <QString>
#include <QTemporaryDir>

#include <vector>

namespace certwright::test {

/// The certificate and key files of a real server, in a temporary folder that goes with the object.
class ServerFiles {
public:
    /// `chain` is sent after the certificate; `trusted` is what clients are told to trust.
    ServerFiles(const Issued& leaf, const std::vector<x509::Certificate>& chain, const x509::Certificate& trusted) {
        write("leaf.pem", leaf.certificate.toPem());
        std::string rest;
        for (const x509::Certificate& certificate : chain)
            rest += certificate.toPem();
        write("rest.pem", rest);
        write("fullchain.pem", leaf.certificate.toPem() + rest);
        writeKey("key.pem", leaf.key);
        write("root.pem", trusted.toPem());
    }

    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }

    void write(const char* name, const std::string& text) const {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(text.data(), static_cast<qint64>(text.size())) < 0)
            qFatal("cannot write %s", qPrintable(file.fileName()));
    }

    void writeKey(const char* name, const crypto::PrivateKey& key) const {
        const base::Secret der = key.toPkcs8Der();
        write(name, "-----BEGIN PRIVATE KEY-----\n" + base::toBase64(der.view()) + "\n-----END PRIVATE KEY-----\n");
    }

private:
    QTemporaryDir m_folder;
};

} // namespace certwright::test
