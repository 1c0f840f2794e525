// STARTTLS with the servers of Debian, on 127.0.0.1, each in a temporary folder: what `certwright-cli connect` sees
// agrees with what `openssl s_client -starttls` sees.
#include "tests/core/net/server_files.h"
#include "tests/support/process.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QObject>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <unistd.h>

using namespace certwright;
using test::RealServer;
using test::ServerFiles;

namespace {

QString latin(const char* text) {
    return QString::fromLatin1(text);
}

/// What s_client prints of a connection.
struct Seen {
    QString version;
    QString cipher;
    QString leaf; ///< SHA-256
};

class Site {
public:
    Site()
        : m_root("CN=Root")
        , m_middle(m_root.intermediate())
        , m_files(m_middle.issue(), {m_middle.certificate()}, m_root.certificate()) {}

    const ServerFiles& files() const { return m_files; }
    QString path(const char* name) const { return m_files.path(name); }
    QString folder() const { return QFileInfo(m_files.path("x")).path(); }

    /// Writes a configuration, @FOLDER@ and @PORT@ replaced.
    QString configure(const char* name, QString text, quint16 port) const {
        text.replace(latin("@FOLDER@"), folder()).replace(latin("@PORT@"), QString::number(port));
        m_files.write(name, text.toStdString());
        return path(name);
    }
    /// Lets others than root read and write what is in the folder.
    void openToAll() const {
        for (const QString& entry : QDir(folder()).entryList(QDir::Files))
            QFile::setPermissions(folder() + QLatin1Char('/') + entry, QFile::Permissions(0x6644));
        QFile::setPermissions(folder(), QFile::Permissions(0x7777));
    }

private:
    test::TestCa m_root;
    test::TestCa m_middle;
    ServerFiles m_files;
};

QString cli() {
    return test::builtProgram(latin("app/cli/certwright-cli"));
}

QJsonObject connectTo(const Site& site, const QString& target, const QStringList& more, int* code = nullptr) {
    const auto result =
        test::run(cli(), QStringList{latin("connect"), target, latin("--json"), latin("--trust"), site.path("root.pem"),
                                     latin("--sni"), latin("localhost"), latin("--timeout"), latin("30")} +
                             more);
    if (code != nullptr)
        *code = result.exitCode;
    return QJsonDocument::fromJson(result.output).object();
}

Seen seenByOpenssl(const QString& openssl, const QString& target, const QString& protocol) {
    test::ProcessOptions quit;
    quit.input = "Q\n";
    const QString where = target.startsWith(latin("unix:")) ? latin("-unix") : latin("-connect");
    const QString place = target.startsWith(latin("unix:")) ? target.mid(5) : target;
    const auto result = test::run(openssl,
                                  {latin("s_client"), where, place, latin("-starttls"), protocol, latin("-servername"),
                                   latin("localhost"), latin("-xmpphost"), latin("localhost"), latin("-showcerts")},
                                  quit);
    const QString text = QString::fromUtf8(result.output);
    static const QRegularExpression agreed(latin("New, (TLSv[0-9.]+), Cipher is (\\S+)"));
    const auto match = agreed.match(text);
    Seen seen{match.captured(1), match.captured(2), {}};
    static const QRegularExpression pem(latin("-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n"));
    const std::string leaf = pem.match(text).captured(0).toStdString();
    if (!leaf.empty()) {
        QByteArray body = QByteArray::fromStdString(leaf);
        body = body.mid(body.indexOf('\n'), body.indexOf("-----END") - body.indexOf('\n'));
        const auto certificate =
            x509::Certificate::fromDer(base::fromBase64(body.simplified().replace(' ', "").toStdString()).value());
        seen.leaf = QString::fromStdString(certificate.sha256());
    }
    return seen;
}

void compare(const Site& site, const QString& target, const char* protocol, const QStringList& more = {}) {
    const QString openssl = test::findTool(latin("openssl"));
    int code = -1;
    QFile capture(site.path("capture.pcapng"));
    capture.remove();
    const QJsonObject document = connectTo(
        site, target, QStringList{latin("--starttls"), latin(protocol), latin("--pcapng"), capture.fileName()} + more,
        &code);
    QVERIFY2(code == 0, QJsonDocument(document).toJson().constData());
    // What was said in plain stands in the capture before TLS.
    QVERIFY(capture.open(QIODevice::ReadOnly));
    const QByteArray recorded = capture.readAll();
    const QJsonValue plain = document[latin("plain")][0];
    const QByteArray first = plain[latin("hex")].isString()
                                 ? QByteArray::fromHex(plain[latin("hex")].toString().toLatin1()).first(4)
                                 : plain[latin("text")].toString().toLatin1().left(20);
    QVERIFY2(!first.isEmpty() && recorded.contains(first), first.constData());
    QCOMPARE(document[latin("starttls")].toString(), latin(protocol));
    QVERIFY(document[latin("timings")][latin("starttls_ms")].isDouble());
    QVERIFY(!document[latin("plain")].toArray().isEmpty());
    QCOMPARE(document[latin("chain")].toArray().size(), qsizetype(2));
    if (openssl.isEmpty() || latin(protocol) == latin("rdp")) // which s_client does not speak
        return;
    const Seen seen = seenByOpenssl(openssl, target, latin(protocol));
    QCOMPARE(document[latin("version")].toString(), seen.version);
    QCOMPARE(document[latin("cipher")][latin("openssl_name")].toString(), seen.cipher);
    QCOMPARE(document[latin("chain")][0][latin("sha256")].toString(), seen.leaf);
}

QString local(quint16 port) {
    return latin("127.0.0.1:%1").arg(port);
}

} // namespace

#define CERTWRIGHT_START(variable, program, arguments)                                                                 \
    QString message;                                                                                                   \
    const auto variable = RealServer::start(program, arguments, &message);                                             \
    QVERIFY2(variable != nullptr, qPrintable(message))

class InteropStarttlsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void postfix();
    void dovecot_data();
    void dovecot();
    void vsftpd();
    void slapd();
    void postgres();
    void mariadb();
    void prosody_data();
    void prosody();
    void stunnel_data();
    void stunnel();
    void xrdp();
    void nntpAgainstOpenssl();
    void refusals();
};

void InteropStarttlsTest::initTestCase() {
    QVERIFY(!cli().isEmpty());
}

void InteropStarttlsTest::postfix() {
    CERTWRIGHT_NEED_TOOL(postfix, "postfix");
    if (::geteuid() != 0)
        QSKIP("Postfix starts as root only");
    const Site site;
    // Only smtpd, from its own master, in the foreground, on a high port; nothing is ever delivered.
    for (const char* folder : {"queue", "data"})
        QVERIFY(QDir(site.folder()).mkpath(latin(folder)));
    site.openToAll();
    test::run(latin("/bin/chown"), {latin("postfix"), site.folder() + latin("/data")});
    const auto arguments = [&site](quint16 port) {
        site.configure(
            "main.cf",
            latin("compatibility_level = 3.6\nqueue_directory = @FOLDER@/queue\ndata_directory = @FOLDER@/data\n"
                  "mail_owner = postfix\nsetgid_group = postdrop\nmyhostname = host.example\n"
                  "smtpd_tls_chain_files = @FOLDER@/key.pem, @FOLDER@/fullchain.pem\n"
                  "smtpd_tls_security_level = may\nsmtpd_tls_protocols = >=TLSv1.2\nmaillog_file_prefixes = @FOLDER@\n"
                  "maillog_file = @FOLDER@/log\nmynetworks_style = host\nalias_maps =\nlocal_recipient_maps =\n"),
            port);
        site.configure(
            "master.cf",
            latin("127.0.0.1:@PORT@ inet n - n - - smtpd\nanvil unix - - n - 1 anvil\ntlsmgr unix - - n 1000? 1 "
                  "tlsmgr\nrewrite unix - - n - - trivial-rewrite\ncleanup unix n - n - 0 cleanup\npostlog "
                  "unix-dgram n - n - 1 postlogd\n"),
            port);
        return QStringList{latin("-c"), site.folder(), latin("start-fg")};
    };
    CERTWRIGHT_START(server, postfix, arguments);
    compare(site, local(server->port()), "smtp");
}

void InteropStarttlsTest::dovecot_data() {
    QTest::addColumn<QString>("protocol");
    for (const char* protocol : {"imap", "pop3", "sieve", "lmtp"})
        QTest::newRow(protocol) << latin(protocol);
}

void InteropStarttlsTest::dovecot() {
    QFETCH(QString, protocol);
    CERTWRIGHT_NEED_TOOL(dovecot, "dovecot");
    const QString service = protocol == latin("sieve") ? latin("managesieve") : protocol;
    if (!QFileInfo::exists(latin("/usr/lib/dovecot/") + service))
        QSKIP("this part of Dovecot is not installed (packaging/test.sh --all installs it)");
    if (::geteuid() != 0)
        QSKIP("Dovecot starts as root only");
    const Site site;
    const auto arguments = [&](quint16 port) {
        const bool isLmtp = service == latin("lmtp");
        QString text =
            latin("base_dir = @FOLDER@/run\nstate_dir = @FOLDER@/state\nlog_path = /dev/stderr\n"
                  "protocols = %1\nssl = yes\nssl_cert = <@FOLDER@/fullchain.pem\nssl_key = <@FOLDER@/key.pem\n"
                  "default_internal_user = dovecot\ndefault_login_user = dovenull\nmail_location = maildir:~\n"
                  "passdb {\n driver = static\n args = nopassword=y\n}\n"
                  "userdb {\n driver = static\n args = uid=nobody gid=nogroup home=/nonexistent\n}\n")
                .arg(service == latin("managesieve") ? latin("sieve") : service);
        if (isLmtp)
            text += latin("service lmtp {\n inet_listener lmtp {\n  address = 127.0.0.1\n  port = @PORT@\n }\n}\n");
        else
            text +=
                latin("service %1-login {\n chroot =\n inet_listener %2 {\n  address = 127.0.0.1\n  port = @PORT@\n "
                      "}\n%3}\n")
                    .arg(service, protocol,
                         service == latin("managesieve")
                             ? QString()
                             : latin(" inet_listener %1s {\n  port = 0\n }\n").arg(protocol));
        return QStringList{latin("-F"), latin("-c"), site.configure("dovecot.conf", text, port)};
    };
    CERTWRIGHT_START(server, dovecot, arguments);
    compare(site, local(server->port()), protocol.toLatin1().constData());
}

void InteropStarttlsTest::vsftpd() {
    CERTWRIGHT_NEED_TOOL(vsftpd, "vsftpd");
    const Site site;
    QVERIFY(QDir(site.folder()).mkpath(latin("empty")));
    const auto arguments = [&site](quint16 port) {
        return QStringList{site.configure("vsftpd.conf",
                                          latin("listen=YES\nlisten_ipv6=NO\nlisten_address=127.0.0.1\n"
                                                "listen_port=@PORT@\nbackground=NO\nanonymous_enable=YES\n"
                                                "run_as_launching_user=YES\nssl_enable=YES\nallow_anon_ssl=YES\n"
                                                "rsa_cert_file=@FOLDER@/fullchain.pem\n"
                                                "rsa_private_key_file=@FOLDER@/key.pem\nssl_ciphers=HIGH\n"
                                                "secure_chroot_dir=@FOLDER@/empty\nanon_root=@FOLDER@/empty\n"),
                                          port)};
    };
    CERTWRIGHT_START(server, vsftpd, arguments);
    compare(site, local(server->port()), "ftp");
}

void InteropStarttlsTest::slapd() {
    CERTWRIGHT_NEED_TOOL(slapd, "slapd");
    const Site site;
    const auto arguments = [&site](quint16 port) {
        const QString configuration =
            site.configure("slapd.conf",
                           latin("pidfile @FOLDER@/slapd.pid\nTLSCertificateFile @FOLDER@/fullchain.pem\n"
                                 "TLSCertificateKeyFile @FOLDER@/key.pem\nTLSVerifyClient never\n"),
                           port);
        return QStringList{latin("-f"), configuration, latin("-h"), latin("ldap://127.0.0.1:%1/").arg(port),
                           latin("-d"), latin("0")};
    };
    CERTWRIGHT_START(server, slapd, arguments);
    compare(site, local(server->port()), "ldap");
}

void InteropStarttlsTest::postgres() {
    const QStringList versions = QDir(latin("/usr/lib/postgresql")).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    if (versions.isEmpty())
        QSKIP("PostgreSQL is not installed (packaging/test.sh --all installs it)");
    if (::geteuid() != 0)
        QSKIP("this test changes to the user postgres");
    const QString programs = latin("/usr/lib/postgresql/") + versions.last() + latin("/bin/");
    const Site site;
    CERTWRIGHT_VERIFY_SUCCESS(test::run(latin("/bin/chown"), {latin("-R"), latin("postgres"), site.folder()}));
    const QStringList asPostgres{latin("--reuid=postgres"), latin("--regid=postgres"), latin("--init-groups")};
    const QString data = site.folder() + latin("/data");
    test::ProcessOptions inFolder;
    inFolder.folder = site.folder();
    inFolder.timeout = std::chrono::minutes(3);
    CERTWRIGHT_VERIFY_SUCCESS(test::run(latin("/usr/bin/setpriv"),
                                        asPostgres + QStringList{programs + latin("initdb"), latin("-N"), latin("-D"),
                                                                 data, latin("-A"), latin("trust")},
                                        inFolder));
    const auto arguments = [&](quint16 port) {
        return asPostgres + QStringList{programs + latin("postgres"),
                                        latin("-D"),
                                        data,
                                        latin("-h"),
                                        latin("127.0.0.1"),
                                        latin("-p"),
                                        QString::number(port),
                                        latin("-k"),
                                        site.folder(),
                                        latin("-c"),
                                        latin("ssl=on"),
                                        latin("-c"),
                                        latin("ssl_cert_file=") + site.path("fullchain.pem"),
                                        latin("-c"),
                                        latin("ssl_key_file=") + site.path("key.pem")};
    };
    QFile::setPermissions(site.path("key.pem"), QFile::ReadOwner | QFile::WriteOwner);
    CERTWRIGHT_START(server, latin("/usr/bin/setpriv"), arguments);
    compare(site, local(server->port()), "postgres");
    // On its Unix socket it refuses TLS, as its manual says (20.9).
    int code = 0;
    const QJsonObject refused = connectTo(site, latin("unix:%1/.s.PGSQL.%2").arg(site.folder()).arg(server->port()),
                                          {latin("--starttls"), latin("postgres")}, &code);
    QCOMPARE(code, 7);
    QCOMPARE(refused[latin("error")][latin("message")].toString(), latin("The PostgreSQL server does not offer TLS"));
    QCOMPARE(refused[latin("error")][latin("phase")].toString(), latin("starttls"));
    QCOMPARE(refused[latin("error")][latin("side")].toString(), latin("peer"));
}

void InteropStarttlsTest::mariadb() {
    CERTWRIGHT_NEED_TOOL(mariadbd, "mariadbd");
    const Site site;
    QVERIFY(QDir(site.folder()).mkpath(latin("data/mysql")));
    const QString data = site.folder() + latin("/data");
    const QStringList user = ::geteuid() == 0 ? QStringList{latin("--user=root")} : QStringList{};
    const auto arguments = [&](quint16 port) {
        return QStringList{latin("--no-defaults"),
                           latin("--datadir=") + data,
                           latin("--skip-grant-tables"),
                           latin("--skip-networking=0"),
                           latin("--bind-address=127.0.0.1"),
                           latin("--port=%1").arg(port),
                           latin("--socket=") + site.path("mysql.sock"),
                           latin("--pid-file=") + site.path("mysql.pid"),
                           latin("--innodb-buffer-pool-size=8M"),
                           latin("--ssl-cert=") + site.path("fullchain.pem"),
                           latin("--ssl-key=") + site.path("key.pem")} +
               user;
    };
    CERTWRIGHT_START(server, mariadbd, arguments);
    compare(site, local(server->port()), "mysql");
    compare(site, latin("unix:") + site.path("mysql.sock"), "mysql");
}

void InteropStarttlsTest::prosody_data() {
    QTest::addColumn<QString>("protocol");
    QTest::newRow("xmpp") << latin("xmpp");
    QTest::newRow("xmpp-server") << latin("xmpp-server");
}

void InteropStarttlsTest::prosody() {
    QFETCH(QString, protocol);
    CERTWRIGHT_NEED_TOOL(prosody, "prosody");
    const Site site;
    const auto arguments = [&](quint16 port) {
        const bool isServer = protocol == latin("xmpp-server");
        const QString ports = latin("c2s_ports = { %1 }\ns2s_ports = { %2 }\n")
                                  .arg(isServer ? QString() : latin("@PORT@"), isServer ? latin("@PORT@") : QString());
        return QStringList{
            latin("-F"), latin("--config"),
            site.configure("prosody.cfg.lua",
                           latin("run_as_root = true\nprosody_user = \"root\"\nprosody_group = \"root\"\n"
                                 "data_path = \"@FOLDER@\"\npidfile = \"@FOLDER@/prosody.pid\"\n"
                                 "interfaces = { \"127.0.0.1\" }\nlog = { error = \"*console\" }\n"
                                 "modules_enabled = { \"tls\", \"saslauth\", \"dialback\" }\n"
                                 "modules_disabled = { \"http\" }\nc2s_require_encryption = true\n"
                                 "ssl = { certificate = \"@FOLDER@/fullchain.pem\", key = \"@FOLDER@/key.pem\" }\n") +
                               ports + latin("VirtualHost \"localhost\"\n"),
                           port)};
    };
    CERTWRIGHT_START(server, prosody, arguments);
    compare(site, local(server->port()), protocol.toLatin1().constData());
}

void InteropStarttlsTest::stunnel_data() {
    QTest::addColumn<QString>("ours");
    QTest::addColumn<QString>("theirs");
    QTest::newRow("smtp") << latin("smtp") << latin("smtp");
    QTest::newRow("pop3") << latin("pop3") << latin("pop3");
    QTest::newRow("postgres") << latin("postgres") << latin("pgsql");
}

/// stunnel's server side of the protocols stands before a server in plain text, which here is a few words.
void InteropStarttlsTest::stunnel() {
    QFETCH(QString, ours);
    QFETCH(QString, theirs);
    CERTWRIGHT_NEED_TOOL(stunnel, "stunnel4");
    const Site site;
    const std::string greeting = ours == latin("smtp") ? "220 plain.example ESMTP\r\n" : "+OK plain.example\r\n";
    // It runs in a process of its own, for this one waits for the command line's program.
    site.files().write("greet.py",
                       "import socket,sys\ns=socket.create_server(('127.0.0.1',int(sys.argv[1])))\n"
                       "k=[]\nwhile True:\n c=s.accept()[0]\n k.append(c)\n c.sendall(sys.argv[2].encode())\n");
    CERTWRIGHT_NEED_TOOL(python, "python3");
    QString message;
    const auto behind = RealServer::start(
        python,
        [&](quint16 port) {
            return QStringList{site.path("greet.py"), QString::number(port), QString::fromStdString(greeting)};
        },
        &message);
    QVERIFY2(behind != nullptr, qPrintable(message));
    const auto front = RealServer::start(
        stunnel,
        [&](quint16 port) {
            return QStringList{site.configure("stunnel.conf",
                                              latin("foreground = yes\npid =\n[front]\naccept = 127.0.0.1:@PORT@\n"
                                                    "connect = 127.0.0.1:%1\ncert = @FOLDER@/fullchain.pem\n"
                                                    "key = @FOLDER@/key.pem\nprotocol = %2\n")
                                                  .arg(behind->port())
                                                  .arg(theirs),
                                              port)};
        },
        &message);
    QVERIFY2(front != nullptr, qPrintable(message));
    compare(site, local(front->port()), ours.toLatin1().constData());
}

void InteropStarttlsTest::xrdp() {
    CERTWRIGHT_NEED_TOOL(xrdp, "xrdp");
    const Site site;
    const auto arguments = [&site](quint16 port) {
        return QStringList{latin("--nodaemon"), latin("--config"),
                           site.configure("xrdp.ini",
                                          latin("[Globals]\nini_version=1\nfork=true\nport=tcp://127.0.0.1:@PORT@\n"
                                                "security_layer=tls\ncertificate=@FOLDER@/fullchain.pem\n"
                                                "key_file=@FOLDER@/key.pem\nssl_protocols=TLSv1.2, TLSv1.3\n"
                                                "[Logging]\nLogFile=@FOLDER@/log\nLogLevel=INFO\nEnableSyslog=0\n"
                                                "[Channels]\n[Xorg]\nname=x\nlib=libxup.so\n"),
                                          port)};
    };
    CERTWRIGHT_START(server, xrdp, arguments);
    compare(site, local(server->port()), "rdp");
}

/// There is no news server that starts in a folder of its own, so openssl's client and ours speak to the same one made
/// of s_server behind a few words of RFC 4642.
void InteropStarttlsTest::nntpAgainstOpenssl() {
    CERTWRIGHT_NEED_TOOL(python, "python3");
    const Site site;
    site.files().write("news.py",
                       "import socket,ssl,sys,threading\n"
                       "x=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\nx.load_cert_chain(sys.argv[2],sys.argv[3])\n"
                       "def talk(c):\n"
                       " try:\n"
                       "  c.sendall(b'200 ready\\r\\n')\n"
                       "  f=c.makefile('rb',0)\n"
                       "  assert f.readline()==b'CAPABILITIES\\r\\n'\n"
                       "  c.sendall(b'101 list\\r\\nVERSION 2\\r\\nSTARTTLS\\r\\n.\\r\\n')\n"
                       "  assert f.readline()==b'STARTTLS\\r\\n'\n"
                       "  c.sendall(b'382 go\\r\\n')\n"
                       "  x.wrap_socket(c,server_side=True).recv(1)\n"
                       " except OSError: pass\n"
                       "s=socket.create_server(('127.0.0.1',int(sys.argv[1])))\n"
                       "while True: threading.Thread(target=talk,args=(s.accept()[0],)).start()\n");
    const auto arguments = [&site](quint16 port) {
        return QStringList{site.path("news.py"), QString::number(port), site.path("fullchain.pem"),
                           site.path("key.pem")};
    };
    CERTWRIGHT_START(server, python, arguments);
    compare(site, local(server->port()), "nntp");
}

/// Servers that were not set up for TLS say so, and the wrong protocol is told.
void InteropStarttlsTest::refusals() {
    CERTWRIGHT_NEED_TOOL(slapd, "slapd");
    const Site site;
    const auto arguments = [&site](quint16 port) {
        return QStringList{latin("-f"), site.configure("slapd.conf", latin("pidfile @FOLDER@/slapd.pid\n"), port),
                           latin("-h"), latin("ldap://127.0.0.1:%1/").arg(port),
                           latin("-d"), latin("0")};
    };
    CERTWRIGHT_START(server, slapd, arguments);
    int code = 0;
    const QJsonObject none = connectTo(site, local(server->port()), {latin("--starttls"), latin("ldap")}, &code);
    QCOMPARE(code, 7);
    QVERIFY2(none[latin("error")][latin("message")].toString().contains(latin("does not offer STARTTLS")),
             QJsonDocument(none).toJson().constData());
    const QJsonObject wrong = connectTo(site, local(server->port()), {latin("--starttls"), latin("xmpp")}, &code);
    QCOMPARE(code, 7);
    QCOMPARE(wrong[latin("error")][latin("phase")].toString(), latin("starttls"));
}

CERTWRIGHT_TEST_MAIN(InteropStarttlsTest)
#include "tst_interop_starttls.moc"
