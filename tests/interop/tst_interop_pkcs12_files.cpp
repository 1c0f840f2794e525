#include "core/formats/pkcs8.h"
#include "core/formats/reader.h"
#include "core/pki/export_target.h"
#include "tests/core/pki/sample_pki.h"
#include "tests/interop/tool_files.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

using namespace certwright;
using namespace certwright::test;

/// PKCS#12 files of ours in the hands of others, and theirs in ours.
class InteropPkcs12Test : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void othersOpenOurFiles_data();
    void othersOpenOurFiles();
    void othersRefuseAWrongPassphrase();
    void weOpenTheirFiles_data();
    void weOpenTheirFiles();
    void javaReadsOurKeyStore();
    void javaTrustsOurCertificates();

private:
    QString writeOurs(formats::Pkcs12Preset preset, std::string_view passphrase);

    ToolFiles m_files;
    std::optional<Made> m_root;
    std::optional<Made> m_leaf;
};

void InteropPkcs12Test::initTestCase() {
    m_root = make(choicesFor("root-ca", "CN=Root"), nullptr, {}, realNow());
    pki::IssueChoices choices = choicesFor("tls-server");
    choices.names = x509::parseGeneralNames("www.lab.example");
    m_leaf = make(choices, &*m_root, crypto::generateKey(crypto::KeySpec::parse("rsa:2048")), realNow());
}

QString InteropPkcs12Test::writeOurs(formats::Pkcs12Preset preset, std::string_view passphrase) {
    pki::ExportMaterial material{m_leaf->certificate, {m_root->certificate}, m_leaf->key, "wëb server"};
    pki::ExportOptions options;
    options.preset = preset;
    const base::Secret secret(passphrase);
    const auto files = pki::renderExport(pki::ExportTarget::Pkcs12, {material}, &secret, options);
    return m_files.write("ours.p12", files.at(0).bytes());
}

void InteropPkcs12Test::othersOpenOurFiles_data() {
    QTest::addColumn<QByteArray>("preset");
    QTest::addColumn<QString>("passphrase");
    QTest::addColumn<QString>("mac");
    const auto row = [](const char* name, const char* preset, const QString& passphrase, const char* mac) {
        QTest::newRow(name) << QByteArray(preset) << passphrase << QString::fromLatin1(mac);
    };
    row("strong", "strong", QStringLiteral("a passphrase"), "MAC: sha256, Iteration 600000");
    row("strong, beyond ASCII", "strong", QStringLiteral("pässwörd €"), "MAC: sha256, Iteration 600000");
    row("strong, empty", "strong", QString(), "MAC: sha256, Iteration 600000");
    row("older Windows", "windows-2016", QStringLiteral("a passphrase"), "MAC: sha1, Iteration 2048");
    row("older Java", "java-8", QStringLiteral("a passphrase"), "MAC: sha1, Iteration 50000");
}

void InteropPkcs12Test::othersOpenOurFiles() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    CERTWRIGHT_NEED_TOOL(certtool, "certtool");
    QFETCH(QByteArray, preset);
    QFETCH(QString, passphrase);
    QFETCH(QString, mac);
    const QString file = writeOurs(formats::parsePkcs12Preset(preset.toStdString()).value(), passphrase.toStdString());

    const auto opened =
        run(openssl, {QStringLiteral("pkcs12"), QStringLiteral("-in"), file, QStringLiteral("-passin"),
                      QStringLiteral("pass:") + passphrase, QStringLiteral("-noenc"), QStringLiteral("-info")});
    CERTWRIGHT_VERIFY_SUCCESS(opened);
    QCOMPARE(opened.output.count("BEGIN CERTIFICATE"), 2);
    QCOMPARE(opened.output.count("BEGIN PRIVATE KEY"), 1);
    CERTWRIGHT_VERIFY_CONTAINS(QString::fromUtf8(opened.errors), mac);

    const auto shown = run(certtool, {QStringLiteral("--p12-info"), QStringLiteral("--inder"),
                                      QStringLiteral("--infile"), file, QStringLiteral("--password"), passphrase});
    CERTWRIGHT_VERIFY_SUCCESS(shown);
    QCOMPARE(shown.output.count("BEGIN CERTIFICATE"), 2);
    CERTWRIGHT_VERIFY_CONTAINS(QString::fromUtf8(shown.output), QStringLiteral("Friendly name: wëb server"));
}

void InteropPkcs12Test::othersRefuseAWrongPassphrase() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const QString file = writeOurs(formats::Pkcs12Preset::Strong, "right");
    QVERIFY(!run(openssl, {QStringLiteral("pkcs12"), QStringLiteral("-in"), file, QStringLiteral("-passin"),
                           QStringLiteral("pass:wrong"), QStringLiteral("-noout")})
                 .isSuccess());
}

void InteropPkcs12Test::weOpenTheirFiles_data() {
    QTest::addColumn<QString>("tool");
    QTest::addColumn<QStringList>("options");
    const auto row = [](const char* name, const char* tool, const QStringList& options) {
        QTest::newRow(name) << QString::fromLatin1(tool) << options;
    };
    row("openssl as it is", "openssl", {});
    row("openssl, RC2 and 3DES", "openssl", {QStringLiteral("-legacy")});
    row("openssl, SHA-512", "openssl", {QStringLiteral("-macalg"), QStringLiteral("sha512")});
    row("openssl, without MAC", "openssl", {QStringLiteral("-nomac")});
    row("certtool as it is", "certtool", {});
    row("certtool, 3DES", "certtool", {QStringLiteral("--pkcs-cipher"), QStringLiteral("3des")});
    row("certtool, old 3DES", "certtool", {QStringLiteral("--pkcs-cipher"), QStringLiteral("3des-pkcs12")});
    row("certtool, RC2", "certtool", {QStringLiteral("--pkcs-cipher"), QStringLiteral("rc2-40")});
}

void InteropPkcs12Test::weOpenTheirFiles() {
    QFETCH(QString, tool);
    QFETCH(QStringList, options);
    const QString program = findTool(tool);
    if (program.isEmpty())
        QSKIP("the tool is not installed");
    const QString key = m_files.write("leaf.key", formats::privateKeyToPem(m_leaf->key).text());
    const QString certificate = m_files.write("leaf.pem", m_leaf->certificate.toPem());
    const QString file = m_files.path("theirs.p12");
    QStringList arguments;
    if (tool == QLatin1String("openssl"))
        arguments << QStringLiteral("pkcs12") << QStringLiteral("-export") << QStringLiteral("-inkey") << key
                  << QStringLiteral("-in") << certificate << QStringLiteral("-passout") << QStringLiteral("pass:secret")
                  << QStringLiteral("-out") << file;
    else
        arguments << QStringLiteral("--to-p12") << QStringLiteral("--outder") << QStringLiteral("--load-privkey") << key
                  << QStringLiteral("--load-certificate") << certificate << QStringLiteral("--p12-name")
                  << QStringLiteral("server") << QStringLiteral("--password") << QStringLiteral("secret")
                  << QStringLiteral("--outfile") << file;
    CERTWRIGHT_VERIFY_SUCCESS(run(program, arguments + options));

    const auto contents =
        formats::readFile(file.toStdString(), [](const auto& question) -> std::optional<base::Secret> {
            return question.attempt == 0 ? std::optional(base::Secret(std::string_view("secret"))) : std::nullopt;
        });
    QVERIFY2(!contents.error, contents.error ? contents.error->message().c_str() : "");
    int certificates = 0;
    int keys = 0;
    for (const formats::Item* item : formats::flatten(contents)) {
        if (const auto* found = item->as<x509::Certificate>(); found != nullptr && *found == m_leaf->certificate)
            ++certificates;
        if (const auto* found = item->as<formats::PrivateKeyItem>(); found != nullptr && found->key)
            keys += found->key->publicKey() == m_leaf->key.publicKey() ? 1 : 0;
    }
    QCOMPARE(certificates, 1);
    QCOMPARE(keys, 1);
}

void InteropPkcs12Test::javaReadsOurKeyStore() {
    CERTWRIGHT_NEED_TOOL(keytool, "keytool");
    const QString file = writeOurs(formats::Pkcs12Preset::Strong, "changeit");
    const auto listed =
        run(keytool, {QStringLiteral("-list"), QStringLiteral("-keystore"), file, QStringLiteral("-storetype"),
                      QStringLiteral("PKCS12"), QStringLiteral("-storepass"), QStringLiteral("changeit")});
    CERTWRIGHT_VERIFY_SUCCESS(listed);
    CERTWRIGHT_VERIFY_CONTAINS(QString::fromUtf8(listed.output), QStringLiteral("PrivateKeyEntry"));
}

void InteropPkcs12Test::javaTrustsOurCertificates() {
    CERTWRIGHT_NEED_TOOL(keytool, "keytool");
    formats::Pkcs12Contents contents;
    contents.chain = {m_root->certificate, m_leaf->certificate};
    const auto entries = [&](formats::Pkcs12Preset preset) {
        const base::Secret passphrase(std::string_view("changeit"));
        const QString file =
            m_files.write("trust.p12", base::BytesView(formats::createPkcs12(contents, passphrase, preset)));
        const auto listed =
            run(keytool, {QStringLiteral("-list"), QStringLiteral("-keystore"), file, QStringLiteral("-storetype"),
                          QStringLiteral("PKCS12"), QStringLiteral("-storepass"), QStringLiteral("changeit")});
        return QString::fromUtf8(listed.output).count(QStringLiteral("trustedCertEntry"));
    };
    QCOMPARE(entries(formats::Pkcs12Preset::Java8), 2);
    QCOMPARE(entries(formats::Pkcs12Preset::Strong), 0);
}

CERTWRIGHT_TEST_MAIN(InteropPkcs12Test)
#include "tst_interop_pkcs12_files.moc"
