#include "core/pki/profile.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace certwright::pki {

namespace {

using For = Profile::KeyUsage::For;

constexpr base::Time lastTime = std::chrono::sys_days{std::chrono::December / 31 / 9999} + std::chrono::hours{23} +
                                std::chrono::minutes{59} + std::chrono::seconds{59};

Profile::KeyUsage signs() {
    return {"digitalSignature", For::SigningKey};
}

Profile::KeyUsage transportsKeys() {
    return {"keyEncipherment", For::TransportKey};
}

Profile::KeyUsage agreesKeys() {
    return {"keyAgreement", For::AgreementKey};
}

Profile leaf(std::string id, std::string title, std::string summary, Lifetime lifetime) {
    Profile profile;
    profile.id = std::move(id);
    profile.title = std::move(title);
    profile.summary = std::move(summary);
    profile.isCa = false;
    profile.lifetime = lifetime;
    return profile;
}

Profile authority(std::string id, std::string title, std::string summary, Lifetime lifetime) {
    Profile profile = leaf(std::move(id), std::move(title), std::move(summary), lifetime);
    profile.keyUsage = {{"keyCertSign", For::SigningKey}, {"cRLSign", For::SigningKey}};
    profile.isCa = true;
    profile.keyType = "ec:secp384r1";
    return profile;
}

constexpr Lifetime days(int count) {
    return {count, Lifetime::Unit::Days};
}

constexpr Lifetime years(int count) {
    return {count, Lifetime::Unit::Years};
}

void appendTlsProfiles(std::vector<Profile>& profiles) {
    // 200 days is what public CAs may issue from 2026-03-15 on (CA/Browser Forum ballot SC-081v3).
    Profile server = leaf("tls-server", "TLS server", "A web, mail or other server that speaks TLS.", days(200));
    server.keyUsage = {signs(), transportsKeys()};
    server.extendedKeyUsage = {"serverAuth"};
    server.names = Profile::Names::Host;
    server.takesCommonNameFromNames = true;

    Profile client = leaf("tls-client", "TLS client", "A person or program that logs in with a certificate.", years(1));
    client.keyUsage = {signs()};
    client.extendedKeyUsage = {"clientAuth"};

    Profile both = server;
    both.id = "tls-both";
    both.title = "Server and client";
    both.summary = "A peer that accepts and opens TLS connections.";
    both.extendedKeyUsage = {"serverAuth", "clientAuth"};

    profiles.insert(profiles.end(), {server, client, both});
}

void appendCaProfiles(std::vector<Profile>& profiles) {
    Profile root = authority("root-ca", "Root CA", "The trust anchor of your own PKI; signs itself.", years(10));
    root.isSelfSigned = true;

    Profile intermediate = authority("intermediate-ca", "Intermediate CA",
                                     "A CA below another one, that issues certificates but no further CAs.", years(5));
    intermediate.pathLength = 0;

    profiles.insert(profiles.end(), {root, intermediate});
}

void appendSigningProfiles(std::vector<Profile>& profiles) {
    Profile code = leaf("code-signing", "Code signing", "Signs programs, drivers and packages.", years(1));
    code.keyUsage = {signs()};
    code.extendedKeyUsage = {"codeSigning"};
    code.keyType = "rsa:3072";

    Profile mail = leaf("smime", "S/MIME e-mail", "Signs and encrypts e-mail.", years(2));
    mail.keyUsage = {signs(), transportsKeys(), agreesKeys()};
    mail.extendedKeyUsage = {"emailProtection"};
    mail.names = Profile::Names::Email;
    mail.takesCommonNameFromNames = true;
    mail.keyType = "rsa:3072";

    Profile responder = leaf("ocsp-responder", "OCSP responder", "Signs answers about a CA's certificates.", days(90));
    responder.keyUsage = {signs()};
    responder.extendedKeyUsage = {"OCSPSigning"};
    responder.hasOcspNoCheck = true;

    profiles.insert(profiles.end(), {code, mail, responder});
}

void appendVpnProfiles(std::vector<Profile>& profiles) {
    Profile server = leaf("vpn-server", "VPN server", "An OpenVPN or IKEv2 gateway.", years(2));
    server.keyUsage = {signs(), transportsKeys()};
    server.extendedKeyUsage = {"serverAuth", "ipsecIKE"};
    server.takesCommonNameFromNames = true;
    server.keyType = "rsa:3072";

    Profile client = leaf("vpn-client", "VPN client", "A person or device that dials into a VPN.", years(2));
    client.keyUsage = {signs(), transportsKeys()};
    client.extendedKeyUsage = {"clientAuth"};
    client.keyType = "rsa:3072";

    profiles.insert(profiles.end(), {server, client});
}

void appendTimestamping(std::vector<Profile>& profiles) {
    Profile timestamping = leaf("timestamping", "Timestamping", "Signs RFC 3161 time stamps.", years(5));
    timestamping.keyUsage = {signs()};
    timestamping.extendedKeyUsage = {"timeStamping"};
    timestamping.isExtendedKeyUsageCritical = true; // RFC 3161 2.3
    timestamping.keyType = "rsa:3072";
    profiles.push_back(timestamping);
}

bool isOneOf(const std::string& type, std::initializer_list<std::string_view> types) {
    return std::ranges::find(types, std::string_view(type)) != types.end();
}

bool fits(For keys, const std::string& type) {
    switch (keys) {
    case For::SigningKey:
        return !isOneOf(type, {"X25519", "X448", "DH"}) && !type.starts_with("ML-KEM");
    case For::TransportKey:
        return type == "RSA" || type.starts_with("ML-KEM");
    case For::AgreementKey:
        return isOneOf(type, {"EC", "X25519", "X448", "DH"});
    }
    return false;
}

} // namespace

base::Time Lifetime::endFrom(base::Time notBefore) const {
    using namespace std::chrono;
    if (unit == Unit::Days) {
        const auto room = duration_cast<std::chrono::days>(lastTime - notBefore).count();
        if (count > room)
            return lastTime;
        return notBefore + std::chrono::days{count} - seconds{1};
    }
    const auto day = floor<std::chrono::days>(notBefore);
    const year_month_day date{day};
    if (count > 9999 - static_cast<int>(date.year()))
        return lastTime;
    year_month_day end = date + std::chrono::years{std::max(count, -9999)};
    if (!end.ok())
        end = end.year() / end.month() / last;
    return sys_days{end} + (notBefore - day) - seconds{1};
}

std::string Lifetime::toText() const {
    return std::to_string(count) + (unit == Unit::Days ? " d" : " y");
}

std::vector<std::string> Profile::keyUsageFor(const crypto::KeyFacts& key) const {
    std::vector<std::string> usages;
    for (const KeyUsage& usage : keyUsage) {
        if (fits(usage.keys, key.type))
            usages.push_back(usage.name);
    }
    return usages;
}

const std::vector<Profile>& shippedProfiles() {
    static const std::vector<Profile> profiles = [] {
        std::vector<Profile> all;
        appendTlsProfiles(all);
        appendCaProfiles(all);
        appendSigningProfiles(all);
        appendVpnProfiles(all);
        appendTimestamping(all);
        return all;
    }();
    return profiles;
}

const Profile* findProfile(std::string_view id) {
    static const Profile custom;
    if (id == custom.id)
        return &custom;
    const auto& profiles = shippedProfiles();
    const auto found = std::ranges::find_if(profiles, [id](const Profile& profile) { return profile.id == id; });
    return found == profiles.end() ? nullptr : &*found;
}

} // namespace certwright::pki
