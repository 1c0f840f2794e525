#pragma once

#include "core/base/error.h"
#include "core/x509/extension.h"
#include "core/x509/extension_values.h"
#include "core/x509/extensions/crl_values.h"
#include "core/x509/extensions/directory_attributes.h"
#include "core/x509/extensions/distribution_points.h"
#include "core/x509/extensions/features.h"
#include "core/x509/extensions/information_access.h"
#include "core/x509/extensions/key_identifiers.h"
#include "core/x509/extensions/microsoft.h"
#include "core/x509/extensions/name_constraints.h"
#include "core/x509/extensions/netscape.h"
#include "core/x509/extensions/policies.h"
#include "core/x509/extensions/qualified.h"
#include "core/x509/extensions/sct_list.h"
#include "core/x509/extensions/usages.h"

#include <algorithm>

// Any extension as whatever typed value there is for it. Without Qt, for the fuzz targets.
namespace certwright::test {

enum class Reading {
    Untyped,  ///< there is no typed value for it
    Damaged,  ///< there is, and it is not read
    Kept,     ///< what is read is written, and read again as the same; or the rules forbid to write it
    Different ///< it is not read again as the same
};

template <class Value>
Reading readAs(const x509::Extension& extension) {
    if (std::find(Value::Oids.begin(), Value::Oids.end(), extension.oid()) == Value::Oids.end())
        return Reading::Untyped;
    const auto read = extension.as<Value>();
    if (!read)
        return Reading::Damaged;
    try {
        return Value::decode(read->encode()) == read ? Reading::Kept : Reading::Different;
    } catch (const base::Error& error) {
        using base::ErrorKind;
        const bool isForbidden = error.kind() == ErrorKind::BadInput || error.kind() == ErrorKind::Unsupported;
        return isForbidden ? Reading::Kept : Reading::Different;
    }
}

template <class... Values>
Reading readAsOneOf(const x509::Extension& extension) {
    Reading out = Reading::Untyped;
    const auto take = [&out](Reading reading) { out = reading == Reading::Untyped ? out : reading; };
    (take(readAs<Values>(extension)), ...);
    return out;
}

inline Reading readTyped(const x509::Extension& extension) {
    using namespace x509;
    return readAsOneOf<BasicConstraints, KeyUsage, ExtendedKeyUsage, SubjectKeyIdentifier, AuthorityKeyIdentifier,
                       AlternativeNames, CertificatePolicies, PolicyMappings, PolicyConstraints, InhibitAnyPolicy,
                       NameConstraints, DistributionPoints, IssuingDistributionPoint, InformationAccess,
                       SubjectDirectoryAttributes, TlsFeature, OcspNoCheck, SctList, CrlNumber, CrlReason,
                       InvalidityDate, NetscapeCertType, NetscapeText, MicrosoftTemplateName, MicrosoftTemplate,
                       MicrosoftCaVersion, MicrosoftSid, ApplicationPolicies, QcStatements>(extension);
}

} // namespace certwright::test
