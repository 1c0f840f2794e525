#pragma once

#include "core/base/error.h"

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace certwright::base {

/// A value or the Error that prevented it: what crosses the border of a job, a batch or a thread. Named as
/// std::expected, which the floor's compilers lack.
template <class T>
class [[nodiscard]] Outcome {
public:
    using value_type = T;

    Outcome(T value)
        : m_content(std::in_place_index<0>, std::move(value)) {} // NOLINT(google-explicit-constructor)
    Outcome(Error error)
        : m_content(std::in_place_index<1>, std::move(error)) {} // NOLINT(google-explicit-constructor)

    bool has_value() const noexcept { return m_content.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    /// @throws Error the error that is held, when there is no value
    T& value() & {
        throwIfError();
        return std::get<0>(m_content);
    }
    const T& value() const& {
        throwIfError();
        return std::get<0>(m_content);
    }
    T value() && {
        throwIfError();
        return std::move(std::get<0>(m_content));
    }

    T& operator*() noexcept { return std::get<0>(m_content); }
    const T& operator*() const noexcept { return std::get<0>(m_content); }
    T* operator->() noexcept { return &std::get<0>(m_content); }
    const T* operator->() const noexcept { return &std::get<0>(m_content); }

    /// Only when has_value() is false.
    const Error& error() const { return std::get<1>(m_content); }

private:
    void throwIfError() const {
        if (!has_value())
            throw std::get<1>(m_content);
    }

    std::variant<T, Error> m_content;
};

template <>
class [[nodiscard]] Outcome<void> {
public:
    using value_type = void;

    Outcome() = default;
    Outcome(Error error)
        : m_error(std::move(error)) {} // NOLINT(google-explicit-constructor)

    bool has_value() const noexcept { return !m_error.has_value(); }
    explicit operator bool() const noexcept { return has_value(); }

    /// @throws Error the error that is held, if any
    void value() const {
        if (m_error)
            throw *m_error;
    }
    /// Only when has_value() is false.
    const Error& error() const { return *m_error; }

private:
    std::optional<Error> m_error;
};

/// Runs `function` and turns what it throws into a value; anything that is not an Error becomes one of kind Internal.
template <class F>
auto outcomeOf(F&& function) -> Outcome<decltype(function())> {
    using R = decltype(function());
    try {
        if constexpr (std::is_void_v<R>) {
            std::forward<F>(function)();
            return {};
        } else {
            return Outcome<R>(std::forward<F>(function)());
        }
    } catch (const Error& error) {
        return error;
    } catch (const std::exception& other) {
        return Error(ErrorKind::Internal, other.what());
    } catch (...) {
        return Error(ErrorKind::Internal, "Something unknown went wrong");
    }
}

} // namespace certwright::base
