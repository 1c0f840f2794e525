// STARTTLS without a network. The servers' words were recorded from the programs that are named beside them
// on Debian 12, packets of binary protocols from the documents that define them.
#include "core/base/bytes.h"
#include "core/tls/starttls/prelude.h"
#include "core/tls/starttls/starttls_errors.h"
#include "tests/support/test_main.h"

#include <QObject>
#include <QTest>

#include <algorithm>
#include <random>

using namespace certwright;
namespace starttls = certwright::tls::starttls;
using starttls::Protocol;
using starttls::Step;
using tls::Prelude;
using tls::PreludeOptions;

namespace {

/// What is said in turn: S the server's, C the client's.
struct Turn {
    char side;
    std::string bytes;
};

std::string hex(const char* digits) {
    const base::Bytes bytes = base::fromHex(digits).value();
    return std::string(base::textOf(bytes));
}

PreludeOptions optionsFor(Protocol protocol) {
    PreludeOptions options;
    options.protocol = protocol;
    options.host = "mail.example.org";
    options.port = 25;
    return options;
}

std::string text(base::BytesView bytes) {
    return std::string(base::textOf(bytes));
}

/// Plays a conversation, the server's words in pieces of `piece` octets.
void play(Prelude& prelude, const std::vector<Turn>& turns, std::size_t piece) {
    for (const Turn& turn : turns) {
        if (turn.side == 'C') {
            QCOMPARE(text(prelude.takeOutput()), turn.bytes);
            continue;
        }
        for (std::size_t at = 0; at < turn.bytes.size(); at += piece)
            prelude.feed(base::bytesOf(std::string_view(turn.bytes).substr(at, piece)));
    }
}

const std::string Features = "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
                             "</stream:features>";
const std::string StreamOpen = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
                               "xmlns:stream='http://etherx.jabber.org/streams' to='mail.example.org' version='1.0' "
                               "xml:lang='en'>";
const std::string StreamAnswer = "<?xml version='1.0'?><stream:stream id='7' xmlns='jabber:client' from='a' "
                                 "xml:lang='en' version='1.0' xmlns:stream='http://etherx.jabber.org/streams'>";
/// MariaDB 10.11's greeting with CLIENT_SSL among its capabilities (0xFFFE).
const std::string MysqlGreeting =
    hex("530000000A31302E31312E362D4D6172696144420008000000616263646566676800FEFF2D0200FF81150000000000000000"
        "0000696A6B6C6D6E6F7071727374006D7973716C5F6E61746976655F70617373776F726400");

std::vector<Turn> dialogOf(Protocol protocol) {
    switch (protocol) {
    case Protocol::Smtp: // Postfix 3.7
        return {{'S', "220 host.example ESMTP Postfix (Debian/GNU)\r\n"},
                {'C', "EHLO certwright.invalid\r\n"},
                {'S', "250-host.example\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-VRFY\r\n250-ETRN\r\n"
                      "250-STARTTLS\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n"
                      "250 CHUNKING\r\n"},
                {'C', "STARTTLS\r\n"},
                {'S', "220 2.0.0 Ready to start TLS\r\n"}};
    case Protocol::Lmtp: // Dovecot 2.3
        return {{'S', "220 host Dovecot (Debian) ready.\r\n"},
                {'C', "LHLO certwright.invalid\r\n"},
                {'S', "250-host\r\n250-STARTTLS\r\n250-8BITMIME\r\n250-CHUNKING\r\n250 PIPELINING\r\n"},
                {'C', "STARTTLS\r\n"},
                {'S', "220 2.0.0 Begin TLS negotiation now.\r\n"}};
    case Protocol::Imap: // Dovecot 2.3
        return {{'S', "* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS "
                      "LOGINDISABLED] Dovecot (Debian) ready.\r\n"},
                {'C', "a1 CAPABILITY\r\n"},
                {'S',
                 "* CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS LOGINDISABLED\r\n"
                 "a1 OK Pre-login capabilities listed, post-login capabilities have more.\r\n"},
                {'C', "a2 STARTTLS\r\n"},
                {'S', "a2 OK Begin TLS negotiation now.\r\n"}};
    case Protocol::Pop3: // Dovecot 2.3
        return {
            {'S', "+OK Dovecot (Debian) ready.\r\n"},
            {'C', "CAPA\r\n"},
            {'S', "+OK\r\nCAPA\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nPIPELINING\r\nAUTH-RESP-CODE\r\nSTLS\r\nSASL\r\n.\r\n"},
            {'C', "STLS\r\n"},
            {'S', "+OK Begin TLS negotiation now.\r\n"}};
    case Protocol::Ftp: // vsftpd 3.0.3; a greeting of several lines as ProFTPD's
        return {{'S', "220-Welcome\r\n to these\r\n230 files\r\n220 (vsFTPd 3.0.3)\r\n"},
                {'C', "AUTH TLS\r\n"},
                {'S', "234 Proceed with negotiation.\r\n"}};
    case Protocol::Ldap: // slapd 2.5
        return {{'C', hex("301D02010177188016") + "1.3.6.1.4.1.1466.20037"},
                {'S', hex("300C02010178070A010004000400")}};
    case Protocol::Xmpp: // Prosody 0.12
        return {{'C', StreamOpen},
                {'S', StreamAnswer + Features},
                {'C', "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"},
                {'S', "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"}};
    case Protocol::XmppServer: // RFC 6120 9.2
        return {{'C', "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
                      "xmlns:stream='http://etherx.jabber.org/streams' to='mail.example.org' version='1.0' "
                      "xml:lang='en'>"},
                {'S', StreamAnswer + "\n<stream:features>\n <starttls xmlns=\"urn:ietf:params:xml:ns:xmpp-tls\"/>"
                                     "<x a='>'/></stream:features>"},
                {'C', "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"},
                {'S', "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'></proceed>"}};
    case Protocol::Postgres: // PostgreSQL 15
        return {{'C', hex("0000000804D2162F")}, {'S', "S"}};
    case Protocol::Mysql:
        return {{'S', MysqlGreeting},
                {'C', hex("200000010DAA000000000001210000000000000000000000000000000000000000000000")}};
    case Protocol::Sieve: // Dovecot Pigeonhole 0.5; the literal as RFC 5804 allows it
        return {{'S',
                 "\"IMPLEMENTATION\" {19}\r\nDovecot Pigeonhole \r\n\"SIEVE\" \"fileinto reject\"\r\n\"NOTIFY\" "
                 "\"mailto\"\r\n\"SASL\" \"\"\r\n\"STARTTLS\"\r\n\"VERSION\" \"1.0\"\r\nOK \"Dovecot ready.\"\r\n"},
                {'C', "STARTTLS\r\n"},
                {'S', "OK \"Begin TLS negotiation now.\"\r\n"}};
    case Protocol::Nntp: // RFC 4642 2.4
        return {{'S', "201 server.example InterNetNews NNRP server INN 2.7.1 ready (no posting)\r\n"},
                {'C', "CAPABILITIES\r\n"},
                {'S', "101 Capability list:\r\nVERSION 2\r\nREADER\r\nSTARTTLS\r\nLIST ACTIVE NEWSGROUPS\r\n.\r\n"},
                {'C', "STARTTLS\r\n"},
                {'S', "382 Continue with TLS negotiation\r\n"}};
    case Protocol::Rdp: // MS-RDPBCGR 4.1.2, with TLS chosen
        return {{'C', hex("030000130EE000000000000100 0800 0B000000")},
                {'S', hex("030000130ED000001234000200080001000000")}};
    }
    return {};
}

struct Refusal {
    const char* name;
    Protocol protocol;
    std::vector<std::string> said; ///< the server's words, one after each of ours
    const char* message;           ///< part of it
    const char* hint = "";         ///< part of it
};

const std::vector<Refusal>& refusals() {
    static const std::vector<Refusal> all{
        {"smtp without",
         Protocol::Smtp,
         {"220 a ESMTP\r\n", "250-a\r\n250-SIZE 5\r\n250 HELP\r\n"},
         "does not offer STARTTLS",
         "SIZE 5, HELP"},
        {"smtp 454",
         Protocol::Smtp,
         {"220 a ESMTP\r\n", "250-a\r\n250 STARTTLS\r\n", "454 4.7.0 TLS not available\r\n"},
         "refused STARTTLS: it sent “454 4.7.0 TLS not available”"},
        {"smtp 554", Protocol::Smtp, {"554 5.7.1 go away\r\n"}, "does not want this connection"},
        {"smtp, EHLO unknown", Protocol::Smtp, {"220 a\r\n", "500 what?\r\n"}, "refused our greeting", "LMTP"},
        {"smtp, other code inside", Protocol::Smtp, {"220 a\r\n", "250-a\r\n500 b\r\n"}, "changed the code"},
        {"smtp at imap", Protocol::Smtp, {"* OK Dovecot ready.\r\n"}, "does not speak SMTP", "IMAP"},
        {"imap at smtp", Protocol::Imap, {"220 a ESMTP Postfix\r\n"}, "does not speak IMAP", "SMTP"},
        {"imap at ssh", Protocol::Imap, {"SSH-2.0-OpenSSH_9.2p1\r\n"}, "does not speak IMAP", "SSH"},
        {"imap logged in", Protocol::Imap, {"* PREAUTH hello\r\n"}, "logged in already"},
        {"imap without",
         Protocol::Imap,
         {"* OK hi\r\n", "* CAPABILITY IMAP4rev1 IDLE\r\na1 OK done\r\n"},
         "does not offer STARTTLS",
         "993"},
        {"imap NO",
         Protocol::Imap,
         {"* OK hi\r\n", "* CAPABILITY STARTTLS\r\na1 OK done\r\n", "a2 NO not now\r\n"},
         "“a2 NO not now”"},
        {"imap BYE", Protocol::Imap, {"* BYE too many\r\n"}, "does not want this connection"},
        {"pop3 without",
         Protocol::Pop3,
         {"+OK hi\r\n", "+OK\r\nUSER\r\nUIDL\r\n.\r\n"},
         "does not offer STLS",
         "USER, UIDL"},
        {"pop3 old", Protocol::Pop3, {"+OK hi\r\n", "-ERR unknown\r\n", "-ERR unknown\r\n"}, "refused STLS"},
        {"pop3 away", Protocol::Pop3, {"-ERR in use\r\n"}, "does not want this connection"},
        {"ftp without",
         Protocol::Ftp,
         {"220 ftp\r\n", "530 Please login with USER and PASS.\r\n"},
         "does not offer AUTH TLS",
         "530"},
        {"ftp away", Protocol::Ftp, {"421 too many users\r\n"}, "does not want this connection"},
        {"ftp 431", Protocol::Ftp, {"220 ftp\r\n", "431 no certificate\r\n"}, "“431 no certificate”"},
        {"ldap protocolError",
         Protocol::Ldap,
         {"", hex("301A020101 7815 0A0102 0400 040E") + "unsupported op"},
         "does not offer STARTTLS",
         "unsupported op"},
        {"ldap unavailable, long lengths",
         Protocol::Ldap,
         {"", hex("3084000000100201017884000000070A013404000400")},
         "unavailable (52)"},
        {"ldap notice", Protocol::Ldap, {"", hex("300C02010078070A013404000400")}, "ends the connection"},
        {"ldap at smtp", Protocol::Ldap, {"", "220 a ESMTP Postfix\r\n"}, "does not speak LDAP", "SMTP"},
        {"ldap huge", Protocol::Ldap, {"", hex("3084FFFFFFFF02")}, "announced a message of 4294967295"},
        {"ldap inner length lies", Protocol::Ldap, {"", hex("300C020101787F0A010004000400")}, "does not answer"},
        {"ldap indefinite", Protocol::Ldap, {"", hex("3080020101")}, "does not speak LDAP"},
        {"xmpp without",
         Protocol::Xmpp,
         {"", StreamAnswer + "<stream:features><mechanisms/></stream:features>"},
         "does not offer STARTTLS",
         "mechanisms"},
        {"xmpp other starttls",
         Protocol::Xmpp,
         {"", StreamAnswer + "<stream:features><starttls xmlns='x'/></stream:features>"},
         "does not offer STARTTLS"},
        {"xmpp host-unknown",
         Protocol::Xmpp,
         {"",
          StreamAnswer + "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"},
         "host-unknown",
         "domain"},
        {"xmpp failure",
         Protocol::Xmpp,
         {"", StreamAnswer + Features, "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"},
         "refused STARTTLS"},
        {"xmpp entity", Protocol::Xmpp, {"", "<!DOCTYPE a [<!ENTITY b 'c'>]>"}, "XML that streams may not have"},
        {"xmpp at http", Protocol::Xmpp, {"", "HTTP/1.1 400 Bad Request\r\n\r\n"}, "does not speak XMPP", "HTTP"},
        {"postgres N", Protocol::Postgres, {"", "N"}, "does not offer TLS", "ssl"},
        {"postgres E",
         Protocol::Postgres,
         {"", "E" + hex("00000022") + "SFATAL" + hex("00") + "Mtoo many connections" + hex("0000")},
         "refused TLS: it sent “too many connections”"},
        {"postgres E huge", Protocol::Postgres, {"", "EFATAL: unsupported frontend protocol"}, "with an error"},
        {"postgres at ssh", Protocol::Postgres, {"", "SSH-2.0-x\r\n"}, "does not speak PostgreSQL"},
        {"mysql without",
         Protocol::Mysql,
         {hex("230000000A 31302E31312E3600 08000000 6162636465666768 00 FEF7 2D 0200 FF81 15 0000000000")},
         "does not offer TLS",
         "10.11.6"},
        {"mysql error", Protocol::Mysql, {hex("10000000FF6A04") + "Host is not a"}, "“Host is not a”"},
        {"mysql cut", Protocol::Mysql, {hex("050000000A31323334")}, "too short"},
        {"mysql at smtp", Protocol::Mysql, {"220 a ESMTP\r\n"}, "does not speak MySQL", "SMTP"},
        {"sieve without",
         Protocol::Sieve,
         {"\"IMPLEMENTATION\" \"x\"\r\n\"SIEVE\" \"a\"\r\nOK\r\n"},
         "does not offer STARTTLS"},
        {"sieve NO",
         Protocol::Sieve,
         {"\"IMPLEMENTATION\" \"x\"\r\n\"STARTTLS\"\r\nOK\r\n", "NO \"later\"\r\n"},
         "later"},
        {"sieve at pop3", Protocol::Sieve, {"+OK Dovecot\r\n"}, "does not speak ManageSieve", "POP3"},
        {"nntp without", Protocol::Nntp, {"200 hi\r\n", "101 list\r\nVERSION 2\r\n.\r\n"}, "does not offer STARTTLS"},
        {"nntp 580", Protocol::Nntp, {"200 hi\r\n", "500 what\r\n", "580 Can not initiate TLS negotiation\r\n"}, "580"},
        {"rdp refused",
         Protocol::Rdp,
         {"", hex("030000130ED000001234000300080002000000")},
         "SSL_NOT_ALLOWED_BY_SERVER (2)"},
        {"rdp old", Protocol::Rdp, {"", hex("0300000B06D00000123400")}, "does not offer TLS"},
        {"rdp chose old", Protocol::Rdp, {"", hex("030000130ED000001234000200080000000000")}, "does not offer TLS"},
        {"rdp lying", Protocol::Rdp, {"", hex("0300FFFF0ED00000")}, "announced a packet of 65535"},
        {"rdp at http", Protocol::Rdp, {"", "HTTP/1.1 400 Bad\r\n"}, "does not speak RDP"},
    };
    return all;
}

} // namespace

class TestStarttls : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void speaksEachProtocol_data();
    void speaksEachProtocol();
    void refusesInjectedText_data() { speaksEachProtocol_data(); }
    void refusesInjectedText();
    void tellsWhenItIsCut_data() { speaksEachProtocol_data(); }
    void tellsWhenItIsCut();
    void endsWhenFlooded_data() { speaksEachProtocol_data(); }
    void endsWhenFlooded();
    void tellsWhatTheServerSaid_data();
    void tellsWhatTheServerSaid();
    void keepsTheLog();
    void makesControlsVisible();
    void saysWhatItWaitedFor();
    void namesProtocols();
};

void TestStarttls::speaksEachProtocol_data() {
    QTest::addColumn<int>("number");
    for (const Protocol protocol : starttls::allProtocols())
        QTest::newRow(std::string(starttls::toString(protocol)).c_str()) << static_cast<int>(protocol);
}

void TestStarttls::speaksEachProtocol() {
    QFETCH(int, number);
    const auto protocol = static_cast<Protocol>(number);
    for (const std::size_t piece : {std::size_t{100000}, std::size_t{7}, std::size_t{1}}) {
        Prelude prelude(optionsFor(protocol));
        play(prelude, dialogOf(protocol), piece);
        QVERIFY2(prelude.step() == Step::Done, prelude.failure() ? prelude.failure()->error.what() : "not done");
        QVERIFY(prelude.takeOutput().empty() && prelude.takeRest().empty());
    }
}

void TestStarttls::refusesInjectedText() {
    QFETCH(int, number);
    const auto protocol = static_cast<Protocol>(number);
    std::vector<Turn> turns = dialogOf(protocol);
    auto last = std::find_if(turns.rbegin(), turns.rend(), [](const Turn& turn) { return turn.side == 'S'; });
    last->bytes += "RSET\r\n";
    turns.erase(last.base(), turns.end());
    Prelude prelude(optionsFor(protocol));
    play(prelude, turns, 100000);
    QVERIFY(prelude.step() == Step::Failed);
    QVERIFY2(prelude.failure()->error.message().find("RSET") != std::string::npos, prelude.failure()->error.what());
    QVERIFY(prelude.failure()->error.hint().find("CVE-2011-0411") != std::string::npos);
    QVERIFY(prelude.failure()->side == tls::FailureSide::Peer);
    QVERIFY(prelude.takeRest().empty());
}

void TestStarttls::tellsWhenItIsCut() {
    QFETCH(int, number);
    const auto protocol = static_cast<Protocol>(number);
    std::string all;
    for (const Turn& turn : dialogOf(protocol)) {
        if (turn.side == 'S')
            all += turn.bytes;
    }
    for (std::size_t size = 0; size < all.size(); ++size) {
        Prelude prelude(optionsFor(protocol));
        prelude.feed(base::bytesOf(std::string_view(all).substr(0, size)));
        if (prelude.step() == Step::NeedsMore)
            prelude.feedEof();
        QVERIFY2(prelude.step() == Step::Failed, QByteArray::number(qulonglong(size)).constData());
        QVERIFY(prelude.failure()->error.kind() == base::ErrorKind::Network);
        QVERIFY(!prelude.failure()->error.message().empty());
    }
}

void TestStarttls::endsWhenFlooded() {
    QFETCH(int, number);
    const auto protocol = static_cast<Protocol>(number);
    std::mt19937 random(7); // NOLINT: the same octets each time
    for (int kind = 0; kind < 4; ++kind) {
        Prelude prelude(optionsFor(protocol));
        std::size_t fed = 0;
        // What the dialog begins with, then without end: the same again, a line that does not end, lines, noise.
        const std::vector<Turn> turns = dialogOf(protocol);
        const std::string first = turns.front().side == 'S' ? turns.front().bytes : turns[1].bytes;
        prelude.feed(base::bytesOf(std::string_view(first).substr(0, first.size() - 1)));
        while (prelude.step() == Step::NeedsMore && fed < 10 * starttls::Dialog::MaximumInput) {
            std::string piece(1000, 'x');
            if (kind == 0)
                piece = "250-x\r\n";
            else if (kind == 1)
                piece = "* x\r\n";
            else if (kind == 2)
                std::generate(piece.begin(), piece.end(), [&random] { return static_cast<char>(random()); });
            prelude.feed(base::bytesOf(piece));
            fed += piece.size();
        }
        QVERIFY(prelude.step() != Step::NeedsMore);
        QVERIFY(fed <= starttls::Dialog::MaximumInput + 1000);
        if (prelude.failure())
            QVERIFY(prelude.failure()->error.message().size() < 1000);
    }
}

void TestStarttls::tellsWhatTheServerSaid_data() {
    QTest::addColumn<int>("row");
    for (std::size_t i = 0; i < refusals().size(); ++i)
        QTest::newRow(refusals()[i].name) << static_cast<int>(i);
}

void TestStarttls::tellsWhatTheServerSaid() {
    QFETCH(int, row);
    const Refusal& refusal = refusals()[static_cast<std::size_t>(row)];
    for (const std::size_t piece : {std::size_t{100000}, std::size_t{1}}) {
        Prelude prelude(optionsFor(refusal.protocol));
        for (const std::string& said : refusal.said) {
            QVERIFY2(prelude.step() == Step::NeedsMore, prelude.failure() ? prelude.failure()->error.what() : "");
            prelude.takeOutput();
            for (std::size_t at = 0; at < said.size(); at += piece)
                prelude.feed(base::bytesOf(std::string_view(said).substr(at, piece)));
        }
        // An S alone is PostgreSQL's consent; that it began a text is for TLS to find out.
        if (piece == 1 && std::string_view(refusal.name) == "postgres at ssh")
            continue;
        QVERIFY(prelude.step() == Step::Failed);
        const base::Error& error = prelude.failure()->error;
        // What comes octet by octet is refused as soon as it is clear, with less to quote and to guess from.
        if (piece == 1)
            continue;
        QVERIFY2(error.message().find(refusal.message) != std::string::npos, error.what());
        QVERIFY2(error.hint().find(refusal.hint) != std::string::npos, error.hint().c_str());
        QVERIFY(prelude.failure()->side == tls::FailureSide::Peer);
        QVERIFY(error.kind() == base::ErrorKind::Network);
    }
}

void TestStarttls::keepsTheLog() {
    Prelude prelude(optionsFor(Protocol::Smtp));
    prelude.setTime(std::chrono::milliseconds(5));
    prelude.feed(base::bytesOf("220 a\r\n"));
    prelude.setTime(std::chrono::milliseconds(9));
    prelude.feed(base::bytesOf("250-a\r\n250 HE"));
    prelude.feedEof();
    const std::vector<starttls::PlainMessage> log = prelude.messages();
    QCOMPARE(log.size(), std::size_t{4});
    const std::vector<std::string> expected{"220 a", "EHLO certwright.invalid", "250-a", "250 HE"};
    for (std::size_t i = 0; i < log.size(); ++i) {
        QCOMPARE(log[i].toText(), expected[i]);
        QVERIFY(log[i].direction == (i == 1 ? tls::Direction::Sent : tls::Direction::Received));
        QVERIFY(log[i].time == std::chrono::milliseconds(i < 2 ? 5 : 9));
    }
}

void TestStarttls::makesControlsVisible() {
    QCOMPARE(starttls::visibleText(base::bytesOf("a\x1B[2Jb"), 100), std::string("a\\x1B[2Jb"));
    QCOMPARE(starttls::visibleText(base::bytesOf("ä\xE2\x80\xAEz\xFF"), 100), std::string("ä\\xE2\\x80\\xAEz\\xFF"));
    QCOMPARE(starttls::visibleText(base::bytesOf("\xC0\x80"), 100), std::string("\\xC0\\x80"));
    QCOMPARE(starttls::visibleText(base::bytesOf("abcdef"), 3), std::string("abc..."));
    Prelude prelude(optionsFor(Protocol::Smtp));
    prelude.feed(base::bytesOf("554 \x1B]0;x\x07\r\n"));
    QVERIFY(prelude.failure()->error.message().find('\x1B') == std::string::npos);
}

void TestStarttls::saysWhatItWaitedFor() {
    Prelude silent(optionsFor(Protocol::Imap));
    QVERIFY(silent.lateness(" within 3 s").message().find("the greeting of the IMAP server came within 3 s") !=
            std::string::npos);
    QVERIFY(silent.lateness("").hint().find("TLS from the start") != std::string::npos);
    Prelude stopped(optionsFor(Protocol::Imap));
    stopped.feed(base::bytesOf("* OK hi\r\n* CAP"));
    const std::string message = stopped.lateness("").message();
    QVERIFY2(message.find("answer to CAPABILITY") != std::string::npos && message.find("“* CAP”") != std::string::npos,
             message.c_str());
    QCOMPARE(stopped.messages().back().toText(), std::string("* CAP"));
}

void TestStarttls::namesProtocols() {
    QCOMPARE(starttls::allProtocols().size(), std::size_t{13});
    for (const Protocol protocol : starttls::allProtocols())
        QVERIFY(starttls::parseProtocol(starttls::toString(protocol)) == protocol);
    QVERIFY(!starttls::parseProtocol("telnet") && !starttls::parseProtocol(""));
    QCOMPARE(static_cast<int>(starttls::defaultPort(Protocol::Sieve)), 4190);
    QCOMPARE(static_cast<int>(starttls::implicitTlsPort(Protocol::Imap)), 993);
}

CERTWRIGHT_TEST_MAIN(TestStarttls)
#include "tst_starttls.moc"
