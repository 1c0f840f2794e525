#pragma once

#include "core/base/clock.h"
#include "core/x509/verify/trust_store.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::pki {

/// Error: will not be issued like this. Warning: will be, but somebody will stumble. Notice: worth knowing.
using Severity = x509::Finding::Severity;

/// The part of a form that a problem belongs to, so that it can be shown beside the field that mends it.
enum class Field {
    Profile,
    Subject,
    Names,
    Key,
    Issuer,
    NotBefore,
    NotAfter,
    Extensions,
    Serial,
    Digest,
    Request,
    StoreName
};

/// "profile", "subject", "names"...: for JSON.
std::string_view toString(Field field) noexcept;

/// Something about a certificate or request that is to be made: a value, shown inline by the window, refused or printed
/// by the command line.
struct Problem {
    std::string id; ///< stable, for scripts and translations: "names-missing", "outlives-issuer"...
    Severity severity = Severity::Error;
    Field field = Field::Profile;
    std::string message;            ///< what is wrong, one sentence
    std::string fix;                ///< label of the repair ("Shorten to issuer") or advice; may be empty
    std::string item;               ///< which entry: the name, the attribute's or extension's OID; may be empty
    std::optional<base::Time> time; ///< the time that the repair sets

    bool operator==(const Problem&) const = default;
};

/// True when one of them is an Error.
bool hasErrors(const std::vector<Problem>& problems) noexcept;

/// The messages of all errors, one a line; empty when there is none.
std::string errorText(const std::vector<Problem>& problems);

} // namespace certwright::pki
