#include "resources/demo/demo_leaves.h"

#include <array>

namespace certwright::demo {
namespace {

using std::chrono::days;
using Reason = x509::RevocationReason;

// A certificate ends `start + lifetime` days from today. All names lie in example domains (RFC 2606 2).
constexpr auto all = std::to_array<Leaf>({
    // Valid for months to come.
    {"www.harbour.example, harbour.example", "", "tls-server", "ec:P-256", days(-20), days(198)},
    {"shop.harbour.example, www.shop.harbour.example", "", "tls-server", "ec:P-256", days(-11), days(198)},
    {"mail.harbour.example, imap.harbour.example, smtp.harbour.example", "", "tls-server", "rsa:3072", days(-64),
     days(198)},
    {"git.harbour.example", "", "tls-server", "ed25519", days(-3), days(198)},
    {"*.apps.harbour.example", "", "tls-server", "ec:P-256", days(-45), days(198)},
    {"wiki.harbour.example", "", "tls-server", "ec:P-256", days(-90), days(198)},
    {"cloud.harbour.example, files.harbour.example", "", "tls-server", "ec:P-384", days(-31), days(198)},
    {"db1.int.harbour.example, 192.0.2.21", "", "tls-both", "ec:P-256", days(-12), days(365)},
    {"db2.int.harbour.example, 192.0.2.22", "", "tls-both", "ec:P-256", days(-12), days(365)},
    {"ldap.int.harbour.example, 192.0.2.30, 2001:db8::30", "", "tls-server", "rsa:2048", days(-100), days(365)},
    {"proxy.int.harbour.example", "", "tls-server", "ec:P-256", days(-7), days(198)},
    {"monitor.int.harbour.example", "", "tls-server", "ec:P-256", days(-58), days(365)},
    {"häfen.example", "", "tls-server", "ec:P-256", days(-2), days(198)},
    {"vpn.harbour.example", "", "vpn-server", "ec:P-256", days(-150), days(730)},
    {"DNS:laptop-anna", "CN=laptop-anna,OU=Staff,O=Harbour Lab", "vpn-client", "ec:P-256", days(-140), days(365),
     Signer::People},
    {"DNS:laptop-mehmet", "CN=laptop-mehmet,OU=Staff,O=Harbour Lab", "vpn-client", "ec:P-256", days(-120), days(365),
     Signer::People},
    {"email:anna.berg@harbour.example", "CN=Anna Berg,OU=Staff,O=Harbour Lab", "smime", "rsa:3072", days(-60),
     days(365), Signer::People},
    {"email:mehmet.oz@harbour.example", "CN=Mehmet Öz,OU=Staff,O=Harbour Lab", "smime", "ec:P-256", days(-60),
     days(365), Signer::People},
    {"", "CN=Deployment robot,OU=Services,O=Harbour Lab", "tls-client", "ed25519", days(-30), days(365),
     Signer::People},
    {"", "CN=Backup agent,OU=Services,O=Harbour Lab", "tls-client", "ec:P-256", days(-80), days(365), Signer::People},
    {"", "CN=Harbour Lab Release Signing,O=Harbour Lab", "code-signing", "rsa:3072", days(-200), days(730),
     Signer::People},
    {"", "CN=Harbour Time Stamping,O=Harbour Lab", "timestamping", "ec:P-384", days(-200), days(1095), Signer::People},

    // Ending soon.
    {"api.harbour.example", "", "tls-server", "ec:P-256", days(-195), days(198)},
    {"chat.harbour.example", "", "tls-server", "ec:P-256", days(-189), days(198)},
    {"tickets.harbour.example", "", "tls-server", "rsa:2048", days(-184), days(198)},
    {"registry.int.harbour.example", "", "tls-server", "ec:P-256", days(-177), days(198)},
    {"email:lena.vos@harbour.example", "CN=Lena Vos,OU=Staff,O=Harbour Lab", "smime", "ec:P-256", days(-340), days(365),
     Signer::People},

    // Over.
    {"old.harbour.example", "", "tls-server", "rsa:2048", days(-400), days(198)},
    {"intranet.harbour.example", "", "tls-server", "rsa:2048", days(-206), days(198)},
    {"printer-1.int.harbour.example, 192.0.2.61", "", "tls-server", "ec:P-256", days(-200), days(198)},
    {"DNS:laptop-tom", "CN=laptop-tom,OU=Staff,O=Harbour Lab", "vpn-client", "ec:P-256", days(-420), days(365),
     Signer::People},

    // Taken back.
    {"stage.harbour.example", "", "tls-server", "ec:P-256", days(-50), days(198), Signer::Servers, Fate::Revoked,
     Reason::KeyCompromise},
    {"legacy.harbour.example", "", "tls-server", "rsa:2048", days(-120), days(198), Signer::Servers, Fate::Revoked,
     Reason::Superseded},
    {"email:tom.reed@harbour.example", "CN=Tom Reed,OU=Staff,O=Harbour Lab", "smime", "ec:P-256", days(-160), days(365),
     Signer::People, Fate::Revoked, Reason::AffiliationChanged},
    {"DNS:laptop-lena", "CN=laptop-lena,OU=Staff,O=Harbour Lab", "vpn-client", "ec:P-256", days(-90), days(365),
     Signer::People, Fate::Held, Reason::CertificateHold},

    // Valid from a later day on.
    {"launch.harbour.example", "", "tls-server", "ec:P-256", days(6), days(198)},
    {"www2.harbour.example", "", "tls-server", "ec:P-256", days(14), days(198)},

    // From elsewhere: nothing in the store vouches for them.
    {"partner.quay.example", "CN=partner.quay.example,O=Quay Partners", "tls-server", "rsa:2048", days(-75), days(365),
     Signer::Unknown},
    {"camera-7.vendor.example, 192.0.2.77", "CN=camera-7,O=Quay Devices", "tls-server", "rsa:2048", days(-700),
     days(3650), Signer::Unknown},
    {"login.harbour.example", "CN=login.harbour.example,O=Harbour Lab", "tls-server", "ec:P-256", days(-4), days(90),
     Signer::Impostor},
});
static_assert(all.size() == 40);

} // namespace

std::span<const Leaf> leaves() {
    return all;
}

} // namespace certwright::demo
