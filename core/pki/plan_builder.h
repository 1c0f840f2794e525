#pragma once

#include "core/pki/issue_plan.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::pki {

/// Makes one IssuePlan: a step for each part of it. Internal to core/pki; the choices and the context must outlive it.
class PlanBuilder {
public:
    PlanBuilder(const IssueChoices& choices, const IssueContext& context);

    IssuePlan build();

private:
    // plan_names.cpp
    void planNames();
    void planSubject();
    void checkSubject();
    void checkAttribute(const x509::NameAttribute& attribute);
    void checkCommonName();
    void checkNames();
    void checkDnsName(const std::string& name);
    std::string firstUsableCommonName() const;

    // plan_extensions.cpp
    void planExtensions();
    void addProfileExtensions();
    void addRequestExtensions();
    void addAltNames();
    void addUserExtensions();
    void addKeyIdentifiers();
    void orderExtensions();
    void put(PlannedExtension extension);
    bool isLeftOut(std::string_view oid) const;
    bool isTakenFromRequest(const x509::Extension& extension) const;
    bool isRequestedAltNameTaken() const;
    void compareWithRequest();
    void compareNames();

    // plan_validity.cpp
    void planValidity();
    void checkIssuerLifetime(bool isChosen);
    void checkLifetime();

    // plan_checks.cpp
    void planSignature();
    void checkDigest(const crypto::KeyFacts& signer, const std::string& natural);
    void checkIssuer();
    void checkIssuerNames();
    void checkPathLength();
    void checkKey();
    void checkKeyStrength();
    void checkSerial();
    void checkRequest();
    void checkForCaOnly();
    void checkConsistency();

    void add(Severity severity, Field field, std::string id, std::string message, std::string fix = {},
             std::string item = {});
    bool isCertificate() const noexcept { return m_choices.product != Product::Request; }
    /// What will be issued has basicConstraints CA:TRUE.
    bool willBeCa() const;

    const IssueChoices& m_choices;
    const IssueContext& m_context;
    std::optional<crypto::PublicKey> m_publicKey;
    IssuePlan m_plan;
};

/// basicConstraints (RFC 5280 4.2.1.9) out of an extension's value; a damaged value is no CA.
struct BasicConstraints {
    bool isCa = false;
    std::optional<long> pathLength;

    static BasicConstraints fromDer(base::BytesView value);
};

/// Key identifier by RFC 5280 4.2.1.2 method 1: SHA-1 of the key's bits; empty when `key` is damaged.
base::Bytes keyIdentifierOf(const crypto::PublicKey& key);

} // namespace certwright::pki
