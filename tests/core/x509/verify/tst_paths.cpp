#include "core/x509/verify/trust_store.h"
#include "tests/core/expect.h"
#include "tests/core/x509/verify/verify_pki.h"
#include "tests/support/environment.h"
#include "tests/support/test_main.h"

#include <QElapsedTimer>
#include <QFile>

#include <map>

using namespace certwright;
using namespace certwright::test;
using x509::Certificate;
using x509::TrustStore;
using x509::VerifyOptions;

namespace {

const QString ChainFolder = QStringLiteral("conformance/chains/");

std::vector<Certificate> certificatesIn(const QString& file) {
    const QString path = ChainFolder + file;
    std::vector<Certificate> out;
    if (!QFile::exists(dataPath(path)))
        return out;
    const QByteArray end("-----END CERTIFICATE-----");
    QByteArray pem = readDataFile(path);
    for (qsizetype at = pem.indexOf(end); at >= 0; at = pem.indexOf(end)) {
        out.push_back(Certificate::fromPem(textView(pem.left(at + end.size() + 1))));
        pem = pem.mid(at + end.size());
    }
    return out;
}

/// The rows of a table, each by the names in its first line.
std::vector<std::map<QString, QString>> tableIn(const QString& path) {
    std::vector<std::map<QString, QString>> out;
    QStringList lines = QString::fromUtf8(readDataFile(path)).split(u'\n', Qt::SkipEmptyParts);
    const QStringList head = lines.takeFirst().split(u'\t');
    for (const QString& line : lines) {
        const QStringList fields = line.split(u'\t');
        std::map<QString, QString> row;
        for (qsizetype i = 0; i < fields.size(); ++i)
            row[head[i]] = fields[i];
        out.push_back(std::move(row));
    }
    return out;
}

VerifyOptions optionsOf(const std::map<QString, QString>& row) {
    VerifyOptions options;
    const QString purpose = row.at(QStringLiteral("purpose"));
    options.purpose = purpose == QStringLiteral("server")   ? VerifyOptions::Purpose::TlsServer
                      : purpose == QStringLiteral("client") ? VerifyOptions::Purpose::TlsClient
                                                            : VerifyOptions::Purpose::Any;
    options.time = base::parseRfc3339(row.at(QStringLiteral("time")).toStdString());
    const std::string name = row.at(QStringLiteral("peer_name")).toStdString();
    const QString kind = row.at(QStringLiteral("peer_kind"));
    if (kind == QStringLiteral("DNS"))
        options.hostname = name;
    else if (kind == QStringLiteral("IP"))
        options.ip = name;
    options.partialChain = row.at(QStringLiteral("suite")) == QStringLiteral("boringssl");
    return options;
}

} // namespace

/// The search for a good path where the first one is not.
class PathsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// Cases for which OpenSSL's own search gives another verdict than their authors; the table in tests/data/verify
    /// has ours, and why it differs where it does.
    void judgesWhatIsBeyondOpenssl_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("verdict");
        for (const auto& row : tableIn(QStringLiteral("verify/beyond_openssl.tsv")))
            QTest::newRow(qPrintable(row.at(QStringLiteral("case"))))
                << row.at(QStringLiteral("case")) << row.at(QStringLiteral("verdict"));
    }
    void judgesWhatIsBeyondOpenssl() {
        QFETCH(QString, name);
        QFETCH(QString, verdict);
        for (const auto& row : tableIn(ChainFolder + QStringLiteral("chains.tsv"))) {
            if (row.at(QStringLiteral("case")) != name)
                continue;
            const QString folder = row.at(QStringLiteral("dir")) + u'/';
            TrustStore store;
            for (const Certificate& certificate : certificatesIn(folder + QStringLiteral("trusted.pem")))
                store.addTrusted(certificate);
            for (const Certificate& certificate : certificatesIn(folder + QStringLiteral("untrusted.pem")))
                store.addUntrusted(certificate);
            const auto result =
                store.verify(certificatesIn(folder + QStringLiteral("leaf.pem")).front(), optionsOf(row));
            QCOMPARE(result.isTrusted, verdict == QStringLiteral("valid"));
            QCOMPARE(result.findings.empty(), result.isTrusted);
            QCOMPARE(result.paths.front().isTrusted, result.isTrusted);
            return;
        }
        QFAIL("no such case");
    }

    /// An expired cross-certificate is tried, explained, and left for the good one.
    void explainsEachPath() {
        const CrossedPki pki;
        TrustStore store;
        store.addTrusted(pki.at("root"));
        store.addTrusted(pki.at("old"));
        store.addUntrusted(pki.at("cross"));
        store.addUntrusted(pki.at("sub"));
        VerifyOptions options;
        options.hostname = "www.example";
        const auto result = store.verify(pki.at("leaf"), options);
        QVERIFY(!result.isTrusted);
        QCOMPARE(result.paths.size(), std::size_t{2});
        QCOMPARE(idsOf(result.paths[0].findings), QStringLiteral("hostname-mismatch at 0"));
        QVERIFY((result.paths[0].chain == std::vector<Certificate>{pki.at("leaf"), pki.at("sub"), pki.at("root")}));
        QCOMPARE(idsOf(result.paths[1].findings), QStringLiteral("hostname-mismatch at 0 expired at 1"));
        QVERIFY((result.paths[1].chain == std::vector<Certificate>{pki.at("leaf"), pki.at("cross"), pki.at("old")}));
        QCOMPARE(idsOf(result.findings), QStringLiteral("hostname-mismatch at 0"));
        QVERIFY(store.verify(pki.at("leaf")).isTrusted);
    }

    /// The authority key identifier names no key that is there, and the signature is right all the same.
    void findsIssuersBySignature() {
        const CrossedPki pki;
        TrustStore store;
        store.addTrusted(pki.at("root"));
        store.addUntrusted(pki.at("namesake"));
        store.addUntrusted(pki.at("sub"));
        QVERIFY(store.verify(pki.at("mislabelled")).isTrusted);
        TrustStore without;
        without.addTrusted(pki.at("root"));
        without.addUntrusted(pki.at("namesake"));
        QCOMPARE(idsOf(without.verify(pki.at("leaf")).findings), QStringLiteral("bad-signature at 0"));
    }

    /// Twelve CAs that have all certified each other: more simple paths than anybody could try.
    void endsInAMaze() {
        const CrossedPki pki;
        TrustStore store;
        store.addTrusted(pki.at("root"));
        for (const Certificate& certificate : pki.maze())
            store.addUntrusted(certificate);
        QElapsedTimer timer;
        timer.start();
        const auto result = store.verify(pki.at("lost"));
        QVERIFY(!result.isTrusted);
        QVERIFY(result.paths.size() <= 64);
        QVERIFY(idsOf(result.findings).contains(QStringLiteral("too-many-paths")));
        QVERIFY2(timer.elapsed() < 20000, "the search took too long");
        store.addUntrusted(pki.at("exit"));
        QVERIFY(store.verify(pki.at("lost")).isTrusted);
    }

private:
    static QString idsOf(const std::vector<x509::Finding>& findings) {
        QStringList out;
        for (const x509::Finding& finding : findings)
            out.append(q(finding.id) + QStringLiteral(" at %1").arg(finding.depth));
        return out.join(u' ');
    }

    /// Certificates that are signed by each other across.
    class CrossedPki {
    public:
        CrossedPki() {
            add("root", "root", "root", true);
            add("old", "old", "old", true);
            add("sub", "sub", "root", true);
            add("cross", "sub", "old", true, "20230101000000Z");
            add("leaf", "leaf", "sub", false);
            m_keys.insert({"other", crypto::generateKey(crypto::KeySpec::parse("ec:P-256"))});
            add("namesake", "sub", "root", true, "20490101000000Z", "other");
            add("mislabelled", "leaf", "sub", false, "20490101000000Z", {}, "namesake");
            for (int i = 0; i < MazeSize; ++i)
                m_keys.insert({room(i), crypto::generateKey(crypto::KeySpec::parse("ec:P-256"))});
            for (int i = 0; i < MazeSize; ++i) {
                for (int j = 0; j < MazeSize; ++j) {
                    if (i != j) {
                        add("door", room(i), room(j), true);
                        m_maze.push_back(at("door"));
                    }
                }
            }
            add("lost", "lost", room(0), false);
            add("exit", room(5), "root", true);
        }
        const Certificate& at(const std::string& name) const { return m_certificates.at(name); }
        const std::vector<Certificate>& maze() const { return m_maze; }

    private:
        static constexpr int MazeSize = 12;
        static std::string room(int number) { return "room" + std::to_string(number); }

        void add(const std::string& name, const std::string& subject, const std::string& issuer, bool isCa,
                 const char* to = "20490101000000Z", const std::string& keyName = {}, const std::string& akiOf = {}) {
            const std::string keyOf = keyName.empty() ? subject : keyName;
            if (m_keys.count(keyOf) == 0)
                m_keys.insert({keyOf, crypto::generateKey(crypto::KeySpec::parse("ec:P-256"))});
            x509::CertificateBuilder builder;
            builder.setSubject(x509::Name::parse("CN=" + subject)).setIssuer(x509::Name::parse("CN=" + issuer));
            builder.setNotBefore("20200101000000Z").setNotAfter(to).setPublicKey(m_keys.at(keyOf).publicKey());
            builder.setSerial(x509::Serial::parse(std::to_string(++m_serial)));
            builder.addSubjectKeyIdentifier();
            if (!akiOf.empty())
                builder.addAuthorityKeyIdentifier(at(akiOf));
            if (isCa)
                builder.addExtension(x509::Extension::fromText("basicConstraints", true, "CA:TRUE"));
            m_certificates.insert_or_assign(name, builder.sign(m_keys.at(issuer)));
        }

        int m_serial = 0;
        std::map<std::string, crypto::PrivateKey> m_keys;
        std::map<std::string, Certificate> m_certificates;
        std::vector<Certificate> m_maze;
    };
};

CERTWRIGHT_TEST_MAIN(PathsTest)
#include "tst_paths.moc"
