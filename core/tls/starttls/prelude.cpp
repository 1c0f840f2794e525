#include "core/tls/starttls/prelude.h"

#include "core/tls/starttls/ftp_dialog.h"
#include "core/tls/starttls/http_connect_dialog.h"
#include "core/tls/starttls/imap_dialog.h"
#include "core/tls/starttls/ldap_dialog.h"
#include "core/tls/starttls/mysql_dialog.h"
#include "core/tls/starttls/nntp_dialog.h"
#include "core/tls/starttls/pop3_dialog.h"
#include "core/tls/starttls/postgres_dialog.h"
#include "core/tls/starttls/rdp_dialog.h"
#include "core/tls/starttls/sieve_dialog.h"
#include "core/tls/starttls/smtp_dialog.h"
#include "core/tls/starttls/socks5_dialog.h"
#include "core/tls/starttls/starttls_errors.h"
#include "core/tls/starttls/xmpp_dialog.h"

#include <algorithm>
#include <utility>

namespace certwright::tls {

namespace {

using base::Error;
using base::ErrorKind;
using starttls::Dialog;
using starttls::Protocol;
using starttls::Step;

/// A name with an end of line in it would say more to the peer than a name.
void checkName(const std::string& name) {
    if (std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; }))
        throw Error(ErrorKind::BadInput, "This is not a host name: " + starttls::inQuotes(name));
}

} // namespace

std::unique_ptr<Dialog> starttls::makeDialog(Protocol protocol, const std::string& domain) {
    switch (protocol) {
    case Protocol::Smtp:
    case Protocol::Lmtp:
        return std::make_unique<SmtpDialog>(protocol);
    case Protocol::Imap:
        return std::make_unique<ImapDialog>();
    case Protocol::Pop3:
        return std::make_unique<Pop3Dialog>();
    case Protocol::Ftp:
        return std::make_unique<FtpDialog>();
    case Protocol::Ldap:
        return std::make_unique<LdapDialog>();
    case Protocol::Xmpp:
    case Protocol::XmppServer:
        return std::make_unique<XmppDialog>(protocol, domain);
    case Protocol::Postgres:
        return std::make_unique<PostgresDialog>();
    case Protocol::Mysql:
        return std::make_unique<MysqlDialog>();
    case Protocol::Sieve:
        return std::make_unique<SieveDialog>();
    case Protocol::Nntp:
        return std::make_unique<NntpDialog>();
    case Protocol::Rdp:
        return std::make_unique<RdpDialog>();
    }
    throw Error(ErrorKind::Internal, "There is no such protocol");
}

Prelude::Prelude(const PreludeOptions& options)
    : m_protocol(options.protocol) {
    checkName(options.host);
    checkName(options.domain);
    if (options.proxy && options.proxy->kind == starttls::Proxy::Kind::Socks5)
        m_dialogs.push_back(std::make_unique<starttls::Socks5Dialog>(*options.proxy, options.host, options.port));
    else if (options.proxy)
        m_dialogs.push_back(std::make_unique<starttls::HttpConnectDialog>(*options.proxy, options.host, options.port));
    if (options.protocol)
        m_dialogs.push_back(
            starttls::makeDialog(*options.protocol, options.domain.empty() ? options.host : options.domain));
    if (m_dialogs.empty())
        m_step = Step::Done;
    else
        proceed();
}

Prelude::~Prelude() = default;

Step Prelude::feed(base::BytesView bytes) {
    m_bytesIn += bytes.size();
    if (m_step == Step::Done)
        m_rest.insert(m_rest.end(), bytes.begin(), bytes.end());
    if (m_step != Step::NeedsMore)
        return m_step;
    current().setTime(m_time);
    current().feed(bytes);
    proceed();
    return m_step;
}

Step Prelude::feedEof() {
    if (m_step == Step::NeedsMore) {
        current().setTime(m_time);
        current().feedEof();
        proceed();
    }
    return m_step;
}

/// Looks at what the current dialog has come to, and goes on to the next.
void Prelude::proceed() {
    while (m_step == Step::NeedsMore) {
        if (current().step() == Step::Failed) {
            m_failure = current().failure();
            m_step = Step::Failed;
        }
        if (current().step() != Step::Done)
            return;
        const base::Bytes rest = current().takeRest();
        const bool isLast = m_current + 1 == m_dialogs.size();
        if (isLast && m_protocol && !rest.empty()) {
            m_failure = Failure{starttls::injected(*m_protocol, rest), FailureSide::Peer};
            m_step = Step::Failed;
        } else if (isLast) {
            m_rest = rest;
            m_step = Step::Done;
        } else {
            ++m_current;
            current().setTime(m_time);
            current().feed(rest);
        }
    }
}

/// A dialog's last words still go out when the next one has begun; this one speaks only then.
base::Bytes Prelude::takeOutput() {
    base::Bytes output;
    for (std::size_t i = 0; i < m_dialogs.size() && i <= m_current; ++i) {
        const base::Bytes part = m_dialogs[i]->takeOutput();
        output.insert(output.end(), part.begin(), part.end());
    }
    m_bytesOut += output.size();
    return output;
}

base::Bytes Prelude::takeRest() {
    base::Bytes rest = m_step == Step::Done ? std::exchange(m_rest, {}) : base::Bytes();
    m_bytesIn -= rest.size(); // they count where they are used
    return rest;
}

void Prelude::setTime(Elapsed time) noexcept {
    m_time = time;
}

std::vector<starttls::PlainMessage> Prelude::messages() const {
    std::vector<starttls::PlainMessage> all;
    for (std::size_t i = 0; i < m_dialogs.size() && i <= m_current; ++i)
        all.insert(all.end(), m_dialogs[i]->messages().begin(), m_dialogs[i]->messages().end());
    return all;
}

Error Prelude::lateness(const std::string& within) {
    if (m_dialogs.empty())
        return Error(ErrorKind::Network, "Nothing came" + within);
    const bool isSilent = current().isAwaitingGreeting();
    std::string hint;
    if (isSilent && m_protocol)
        hint = "It may speak TLS from the start (then without STARTTLS), or another protocol";
    const base::Bytes cut = current().abandon();
    std::string message = "The time was over before " + current().awaited() + " came" + within;
    if (!cut.empty())
        message += "; the last that came was " + starttls::inQuotes(cut);
    return Error(ErrorKind::Network, std::move(message), std::move(hint));
}

} // namespace certwright::tls
