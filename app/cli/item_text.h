#pragma once

#include "core/formats/item.h"
#include "core/x509/verify/trust_store.h"

#include <string>

namespace certwright::cli {

/// An item for people: a heading line and one line for each fact, without a line end at the end. Data is made visible
/// as visibleText() does.
std::string itemText(const formats::Item& item);

/// A verification for people.
std::string verifyText(const x509::VerifyResult& result);

} // namespace certwright::cli
