#include "core/store/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace certwright::store {

namespace {

constexpr std::size_t MaxThreads = 16;
/// Below this a thread costs more than it saves.
constexpr std::size_t ItemsForOneThread = 16;

} // namespace

void parallelFor(std::size_t count, const std::function<void(std::size_t)>& function) {
    const std::size_t cores = std::max<std::size_t>(1, std::thread::hardware_concurrency());
    const std::size_t threads = std::min({cores, MaxThreads, count / ItemsForOneThread + 1});
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < count; i = next++)
            function(i);
    };
    std::vector<std::jthread> helpers;
    for (std::size_t i = 1; i < threads; ++i)
        helpers.emplace_back(work);
    work();
}

} // namespace certwright::store
