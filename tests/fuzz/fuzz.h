#pragma once

#include "core/base/bytes.h"
#include "core/formats/passphrase.h"
#include "core/formats/reader.h"

#include <optional>

// A fuzz target is one file with one function. With libFuzzer (preset fuzz) it becomes a fuzzer, elsewhere a program
// that gives the function every file it is told; a test runs that over the seeds and the findings of the past.
namespace certwright::fuzz {

/// What a target does with one input. It may throw Error of any kind that bad input can cause; whatever else comes out
/// of it is a finding.
void target(base::BytesView input);

/// Ends the program, as a finding, unless the claim holds.
void require(bool claim, const char* text);

/// The DER that a target for one kind of thing wants: the first block of a PEM text, else the input as it is. Seeds are
/// often PEM; the fuzzer itself is given them decoded (run.py).
base::Bytes derOf(base::BytesView input);

/// Gives the passphrase of many encrypted files of the corpus, and nothing when that did not fit.
std::optional<base::Secret> fixedPassphrase(const formats::PassphraseQuestion& question);

/// Limits so low that an input takes milliseconds; those that users have are tested by tst_hostile_inputs.
const formats::ReadOptions& quickOptions();

/// Reads everything that a reader of these contents would look at.
void lookAt(const formats::Contents& contents);

} // namespace certwright::fuzz
