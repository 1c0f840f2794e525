#pragma once

#include "core/base/error.h"
#include "core/service/issuing.h"
#include "core/store/store.h"
#include "tests/core/store/vault_cost_for_tests.h"

#include <QTemporaryDir>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace certwright::test {

/// 2026-11-24T12:00:00Z, as FakeClock starts.
inline base::Time serviceNow() {
    return base::Time(std::chrono::seconds(1795521600));
}

/// An unlocked store in a folder of its own.
struct TemporaryStore {
    QTemporaryDir folder;
    std::unique_ptr<store::Store> store = store::Store::create(folder.filePath(QStringLiteral("test.certwright")),
                                                               passphrase(), store::VaultCostForTests::cheap());

    static base::Secret passphrase() { return base::Secret(std::string_view("correct horse")); }
};

/// A certificate to be issued with a new P-256 key. `ca` 0: self-signed.
inline service::IssueRequest orderFor(std::string_view profile, std::string_view subject, store::RowId ca = 0,
                                      std::string_view names = {}) {
    service::IssueRequest request;
    request.choices.profile = *pki::findProfile(profile);
    request.choices.subject = x509::Name::parse(subject);
    request.choices.names = x509::parseGeneralNames(names);
    request.choices.product = ca == 0 ? pki::Product::SelfSignedCertificate : pki::Product::IssuedCertificate;
    request.key = service::NewKey{crypto::KeySpec::parse("ec:P-256"), {}};
    if (ca != 0)
        request.ca = service::StoredCa{ca};
    request.now = serviceNow();
    return request;
}

/// Kind of the Error that `action` throws, as the command line prints it.
inline std::string kindOf(const std::function<void()>& action) {
    try {
        action();
    } catch (const base::Error& error) {
        return std::string(toString(error.kind()));
    }
    return "nothing thrown";
}

inline bool hasProblem(const std::vector<pki::Problem>& problems, std::string_view id) {
    return std::ranges::find(problems, id, &pki::Problem::id) != problems.end();
}

} // namespace certwright::test
