#include "core/x509/verify/trust_store.h"
#include "tests/core/expect.h"
#include "tests/core/x509/openssl_tool.h"
#include "tests/core/x509/verify/verify_pki.h"
#include "tests/support/environment.h"
#include "tests/support/test_main.h"

#include <QRegularExpression>

#include <set>

using namespace certwright;
using test::q;
using x509::Certificate;
using x509::Finding;
using x509::TrustStore;
using x509::VerifyOptions;
using x509::VerifyResult;
using Purpose = x509::VerifyOptions::Purpose;

namespace {

/// A code of OpenSSL's and the depth it was found at.
using Complaint = std::pair<int, int>;

/// What `openssl verify` says.
struct Verdict {
    bool isTrusted = false;
    std::vector<Complaint> complaints; ///< as far as openssl goes on
    QByteArray text;
};

Verdict verdictOfOpenssl(const QStringList& arguments) {
    const auto result = test::run(test::findTool(QStringLiteral("openssl")),
                                  test::words("verify -no-CAfile -no-CApath -no-CAstore") + arguments);
    Verdict out{result.isSuccess(), {}, result.describe()};
    static const QRegularExpression error(QStringLiteral("error (\\d+) at (\\d+) depth"));
    for (auto match = error.globalMatch(QString::fromUtf8(result.output + result.errors)); match.hasNext();) {
        const auto found = match.next();
        out.complaints.push_back({found.captured(1).toInt(), found.captured(2).toInt()});
    }
    return out;
}

const std::map<QString, Purpose>& purposes() {
    static const std::map<QString, Purpose> out{{QStringLiteral("any"), Purpose::Any},
                                                {QStringLiteral("sslserver"), Purpose::TlsServer},
                                                {QStringLiteral("sslclient"), Purpose::TlsClient},
                                                {QStringLiteral("smimesign"), Purpose::SmimeSign},
                                                {QStringLiteral("smimeencrypt"), Purpose::SmimeEncrypt},
                                                {QStringLiteral("timestampsign"), Purpose::Timestamp},
                                                {QStringLiteral("ocsphelper"), Purpose::OcspSign},
                                                {QStringLiteral("crlsign"), Purpose::CrlSign}};
    return out;
}

/// Our options for openssl's flags.
VerifyOptions optionsOf(const QString& flags) {
    VerifyOptions options;
    QStringList words = flags.split(u' ', Qt::SkipEmptyParts);
    while (!words.isEmpty()) {
        const QString flag = words.takeFirst();
        const auto value = [&words] { return words.takeFirst(); };
        if (flag == QStringLiteral("-purpose"))
            options.purpose = purposes().at(value());
        else if (flag == QStringLiteral("-attime"))
            options.time = base::Time(std::chrono::seconds(value().toLongLong()));
        else if (flag == QStringLiteral("-verify_depth"))
            options.depth = value().toInt();
        else if (flag == QStringLiteral("-auth_level"))
            options.securityLevel = value().toInt();
        else if (flag == QStringLiteral("-verify_hostname"))
            options.hostname = value().toStdString();
        else if (flag == QStringLiteral("-verify_ip"))
            options.ip = value().toStdString();
        else if (flag == QStringLiteral("-verify_email"))
            options.email = value().toStdString();
        else if (flag == QStringLiteral("-policy"))
            options.policies.push_back(value().toStdString());
        else if (flag == QStringLiteral("-explicit_policy"))
            options.explicitPolicy = true;
        else if (flag == QStringLiteral("-inhibit_any"))
            options.inhibitAny = true;
        else if (flag == QStringLiteral("-inhibit_map"))
            options.inhibitMapping = true;
        else if (flag == QStringLiteral("-partial_chain"))
            options.partialChain = true;
        else if (flag == QStringLiteral("-x509_strict"))
            options.strict = true;
        else if (flag == QStringLiteral("-crl_check"))
            options.crlCheck = VerifyOptions::CrlCheck::Leaf;
        else if (flag == QStringLiteral("-crl_check_all"))
            options.crlCheck = VerifyOptions::CrlCheck::All;
        else
            qFatal("no option for %s", qPrintable(flag));
    }
    return options;
}

std::string pemOf(const std::vector<Certificate>& certificates) {
    std::string out;
    for (const Certificate& certificate : certificates)
        out += certificate.toPem();
    return out;
}

/// What is not the same; empty when nothing is. OpenSSL stops at some complaints, we go on: the first is the same, and
/// all of its are among ours, but for the repetition of 20 as 21.
QByteArray difference(const VerifyResult& ours, const Verdict& theirs) {
    std::set<Complaint> found;
    QByteArray text;
    for (const Finding& finding : ours.findings) {
        found.insert({finding.opensslCode, finding.depth});
        text += QByteArray::number(finding.opensslCode) + " at " + QByteArray::number(finding.depth) + ' ';
    }
    bool isSame = ours.isTrusted == theirs.isTrusted && ours.findings.empty() == theirs.complaints.empty();
    for (const Complaint& complaint : theirs.complaints)
        isSame = isSame && (complaint.first == 21 || found.count(complaint) > 0);
    if (!theirs.complaints.empty() && !ours.findings.empty())
        isSame = isSame && ours.opensslCode == theirs.complaints.front().first &&
                 ours.findings.front().depth == theirs.complaints.front().second;
    return isSame ? QByteArray() : "ours: " + text + theirs.text;
}

constexpr const char* Now = "-attime 1735689600 "; // 2025-01-01

} // namespace

// Each verification is done again by `openssl verify` with the same flags.
class VerifyTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }

    void judgesAsOpensslDoes_data() {
        QTest::addColumn<QString>("leaf");
        QTest::addColumn<QString>("flags");
        const auto row = [](const std::string& leaf, const std::string& flags) {
            QTest::addRow("%s %s", leaf.c_str(), flags.c_str()) << q(leaf) << q(Now + flags);
        };
        for (const auto& [name, certificate] : m_pki.all()) {
            row(name, "");
            row(name, "-x509_strict");
            row(name, "-partial_chain");
        }
        for (const char* leaf : {"server", "client", "mail", "encrypt", "code", "stamp", "ocsp", "anything", "sub"}) {
            for (const auto& [flag, purpose] : purposes())
                row(leaf, "-purpose " + flag.toStdString());
        }
        for (const char* depth : {"0", "1", "2"})
            row("server", std::string("-verify_depth ") + depth);
        for (const char* level : {"0", "1", "2", "4"}) {
            row("server", std::string("-auth_level ") + level);
            row("sha1", std::string("-auth_level ") + level);
        }
        for (const char* leaf : {"policy", "server"}) {
            row(leaf, "-policy 1.2.3.4 -explicit_policy");
            row(leaf, "-policy 1.2.3.5 -explicit_policy");
            row(leaf, "-policy 1.2.3.5");
            row(leaf, "-explicit_policy -inhibit_any -inhibit_map");
        }
        row("server", "-verify_hostname www.lab.example -purpose sslserver");
        row("server", "-verify_hostname mail.lab.example -purpose sslclient");
        row("mail", "-verify_email ana@lab.example");
        row("mail", "-verify_email bob@lab.example");
        row("mail", "-verify_ip 192.0.2.1");
    }
    void judgesAsOpensslDoes() {
        QFETCH(QString, leaf);
        QFETCH(QString, flags);
        TrustStore store;
        store.addTrusted(m_pki.at("root"));
        for (const Certificate& certificate : intermediates())
            store.addUntrusted(certificate);
        const Certificate& certificate = m_pki.at(leaf.toStdString());
        const VerifyResult result = store.verify(certificate, optionsOf(flags));
        const QTemporaryDir folder;
        const Verdict expected = verdictOfOpenssl(
            flags.split(u' ', Qt::SkipEmptyParts) +
            QStringList{QStringLiteral("-trusted"), test::writeFile(folder, "root.pem", m_pki.at("root").toPem()),
                        QStringLiteral("-untrusted"), test::writeFile(folder, "sub.pem", pemOf(intermediates())),
                        test::writeFile(folder, "leaf.pem", certificate.toPem())});
        QCOMPARE(difference(result, expected), QByteArray());
        QVERIFY(!result.chain.empty() && result.chain.front() == certificate);
    }

    // Trust that does not reach the root: the intermediate alone, with and without partial chains, or nothing.
    void judgesOtherAnchorsAsOpensslDoes_data() {
        QTest::addColumn<QString>("trusted");
        QTest::addColumn<QString>("untrusted");
        QTest::addColumn<QString>("flags");
        const auto row = [](const char* trusted, const char* untrusted, const std::string& flags) {
            QTest::addRow("%s, %s, %s", trusted, untrusted, flags.c_str())
                << QString::fromLatin1(trusted) << QString::fromLatin1(untrusted) << q(Now + flags);
        };
        for (const char* flags : {"", "-partial_chain"}) {
            row("sub", "", flags);
            row("sub", "root", flags);
            row("other", "sub", flags);
            row("other", "sub root", flags);
            row("root", "", flags);
            row("root", "other", flags);
            row("server", "", flags);
        }
    }
    void judgesOtherAnchorsAsOpensslDoes() {
        QFETCH(QString, trusted);
        QFETCH(QString, untrusted);
        QFETCH(QString, flags);
        TrustStore store;
        store.addTrusted(m_pki.at(trusted.toStdString()));
        std::vector<Certificate> others;
        for (const QString& name : untrusted.split(u' ', Qt::SkipEmptyParts))
            others.push_back(m_pki.at(name.toStdString()));
        for (const Certificate& other : others)
            store.addUntrusted(other);
        const VerifyResult result = store.verify(m_pki.at("server"), optionsOf(flags));
        const QTemporaryDir folder;
        QStringList arguments =
            flags.split(u' ', Qt::SkipEmptyParts) +
            QStringList{QStringLiteral("-trusted"),
                        test::writeFile(folder, "trusted.pem", m_pki.at(trusted.toStdString()).toPem())};
        if (!others.empty())
            arguments += {QStringLiteral("-untrusted"), test::writeFile(folder, "others.pem", pemOf(others))};
        const Verdict expected =
            verdictOfOpenssl(arguments + QStringList{test::writeFile(folder, "leaf.pem", m_pki.at("server").toPem())});
        QCOMPARE(difference(result, expected), QByteArray());
    }

    void judgesRevocationAsOpensslDoes_data() {
        QTest::addColumn<QString>("leaf");
        QTest::addColumn<QString>("lists");
        QTest::addColumn<QString>("flags");
        for (const char* leaf : {"server", "client"}) {
            for (const char* lists : {"", "root", "sub", "root sub", "root old", "root future", "root damaged",
                                      "badroot sub", "root sub other"}) {
                for (const char* flags : {"", "-crl_check", "-crl_check_all"})
                    QTest::addRow("%s, %s, %s", leaf, lists, flags)
                        << QString::fromLatin1(leaf) << QString::fromLatin1(lists) << q(std::string(Now) + flags);
            }
        }
    }
    void judgesRevocationAsOpensslDoes() {
        QFETCH(QString, leaf);
        QFETCH(QString, lists);
        QFETCH(QString, flags);
        TrustStore store;
        store.addTrusted(m_pki.at("root"));
        store.addUntrusted(m_pki.at("sub"));
        std::string pem;
        for (const QString& name : lists.split(u' ', Qt::SkipEmptyParts)) {
            const x509::Crl list = listCalled(name);
            store.addCrl(list);
            pem += list.toPem();
        }
        const Certificate& certificate = m_pki.at(leaf.toStdString());
        const VerifyResult result = store.verify(certificate, optionsOf(flags));
        const QTemporaryDir folder;
        QStringList arguments = flags.split(u' ', Qt::SkipEmptyParts) + test::words("-extended_crl -use_deltas");
        if (flags.contains(QStringLiteral("check_all")))
            arguments += QStringLiteral("-crl_check");
        if (!pem.empty())
            arguments += {QStringLiteral("-CRLfile"), test::writeFile(folder, "lists.pem", pem)};
        const Verdict expected = verdictOfOpenssl(
            arguments +
            QStringList{QStringLiteral("-trusted"), test::writeFile(folder, "root.pem", m_pki.at("root").toPem()),
                        QStringLiteral("-untrusted"), test::writeFile(folder, "sub.pem", m_pki.at("sub").toPem()),
                        test::writeFile(folder, "leaf.pem", certificate.toPem())});
        QCOMPARE(difference(result, expected), QByteArray());
    }

    // Host names, addresses and e-mail addresses: wildcards, A-labels, letter case, common names.
    void matchesNamesAsOpensslDoes_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("flag");
        QTest::addColumn<QString>("name");
        const QByteArray table = test::readDataFile(QStringLiteral("conformance/hostnames/hostnames.tsv"));
        for (const QByteArray& line : table.split('\n').mid(1)) {
            const QStringList fields = QString::fromUtf8(line).split(u'\t');
            if (fields.size() < 4 || fields[2].isEmpty())
                continue;
            const QString flag = fields[1] == QStringLiteral("host") ? QStringLiteral("-verify_hostname")
                                                                     : QStringLiteral("-verify_") + fields[1];
            QTest::addRow("%s %s %s", qPrintable(fields[0]), qPrintable(fields[1]), qPrintable(fields[2]))
                << fields[0] << flag << fields[2];
        }
        const auto row = [](const char* file, const char* flag, const char* name) {
            QTest::addRow("%s %s %s", file, flag, name)
                << QString::fromLatin1(file) << QString::fromLatin1(flag) << QString::fromUtf8(name);
        };
        row("idna.pem", "-verify_hostname", "bücher.example"); // it is looked for by its A-labels alone
        row("wild-deep.pem", "-verify_hostname", "*.sub.example.com");
        row("wild-deep.pem", "-verify_hostname", ".sub.example.com");
        row("wild-deep.pem", "-verify_hostname", "xn--bcher-kva.sub.example.com");
        row("exact.pem", "-verify_hostname", ".example.com");
        row("ipv4.pem", "-verify_ip", "::ffff:192.0.2.1");
    }
    void matchesNamesAsOpensslDoes() {
        QFETCH(QString, file);
        QFETCH(QString, flag);
        QFETCH(QString, name);
        const QString path = test::dataPath(QStringLiteral("conformance/hostnames/") + file);
        TrustStore store;
        store.addTrustFile(path.toStdString());
        QFile content(path);
        QVERIFY(content.open(QIODevice::ReadOnly));
        const Certificate certificate = Certificate::fromPem(test::textView(content.readAll()));
        const QString usual = QString::fromLatin1(Now) + QStringLiteral("-partial_chain ");
        const VerifyResult result = store.verify(certificate, optionsOf(usual + flag + u' ' + name));
        const Verdict expected = verdictOfOpenssl(usual.split(u' ', Qt::SkipEmptyParts) +
                                                  QStringList{flag, name, QStringLiteral("-trusted"), path, path});
        QCOMPARE(difference(result, expected), QByteArray());
    }

    // OpenSSL before 3.2 has no such purpose. CA/Browser Forum, code signing 7.1.2.3: the extended key usage and, where
    // there is a key usage, digitalSignature are a must.
    void judgesCodeSigning_data() {
        QTest::addColumn<QString>("leaf");
        QTest::addColumn<bool>("isTrusted");
        for (const char* leaf : {"server", "client", "mail", "encrypt", "stamp", "ocsp", "anything"})
            QTest::newRow(leaf) << QString::fromLatin1(leaf) << false;
        QTest::newRow("code") << QStringLiteral("code") << true;
    }
    void judgesCodeSigning() {
        QFETCH(QString, leaf);
        QFETCH(bool, isTrusted);
        TrustStore store;
        store.addTrusted(m_pki.at("root"));
        store.addUntrusted(m_pki.at("sub"));
        VerifyOptions options = optionsOf(QString::fromLatin1(Now));
        options.purpose = Purpose::CodeSign;
        const VerifyResult result = store.verify(m_pki.at(leaf.toStdString()), options);
        QCOMPARE(result.isTrusted, isTrusted);
        if (!isTrusted) {
            QCOMPARE(q(result.findings.front().id), QStringLiteral("invalid-purpose"));
            QCOMPARE(result.findings.front().depth, 0);
        }
    }

    // The path by `openssl verify -show_chain`.
    void showsThePath() {
        TrustStore store;
        store.addTrusted(m_pki.at("root"));
        for (const Certificate& certificate : intermediates())
            store.addUntrusted(certificate);
        const QTemporaryDir folder;
        const auto result = test::run(
            test::findTool(QStringLiteral("openssl")),
            test::words("verify -show_chain -nameopt RFC2253 -no-CAfile -no-CApath -no-CAstore -attime 1735689600") +
                QStringList{QStringLiteral("-trusted"), test::writeFile(folder, "root.pem", m_pki.at("root").toPem()),
                            QStringLiteral("-untrusted"), test::writeFile(folder, "sub.pem", pemOf(intermediates())),
                            test::writeFile(folder, "leaf.pem", m_pki.at("server").toPem())});
        QStringList expected;
        static const QRegularExpression step(QStringLiteral("depth=\\d+: (\\S+)"));
        for (auto match = step.globalMatch(QString::fromUtf8(result.output)); match.hasNext();)
            expected.append(match.next().captured(1));
        QStringList path;
        for (const Certificate& certificate :
             store.verify(m_pki.at("server"), optionsOf(QString::fromLatin1(Now))).chain)
            path.append(q(certificate.subject().toRfc2253()));
        QCOMPARE(path, expected);
        QCOMPARE(path, (QStringList{QStringLiteral("CN=server"), QStringLiteral("CN=sub"), QStringLiteral("CN=root")}));
    }

private:
    /// Every CA but the roots, and what stands in the place of one.
    std::vector<Certificate> intermediates() const {
        std::vector<Certificate> out;
        for (const char* name : {"sub", "subsub", "constrained", "nosign", "expiredca", "server"})
            out.push_back(m_pki.at(name));
        return out;
    }

    x509::Crl listCalled(const QString& name) const {
        const char* const begin = "2024-06-01T00:00:00Z";
        const char* const end = "2040-01-01T00:00:00Z";
        if (name == QStringLiteral("old"))
            return m_pki.crl("sub", "2023-01-01T00:00:00Z", "2023-02-01T00:00:00Z");
        if (name == QStringLiteral("future"))
            return m_pki.crl("sub", "2030-01-01T00:00:00Z", end);
        if (name == QStringLiteral("badroot"))
            return m_pki.crl("root", begin, end, "sub");
        if (name == QStringLiteral("damaged")) {
            base::Bytes der = m_pki.crl("sub", begin, end).der();
            der.back() ^= 1U;
            return x509::Crl::fromDer(der);
        }
        if (name == QStringLiteral("sub"))
            return m_pki.crl("sub", begin, end, "client");
        return m_pki.crl(name.toStdString(), begin, end);
    }

    test::VerifyPki m_pki;
};

CERTWRIGHT_TEST_MAIN(VerifyTest)
#include "tst_verify.moc"
