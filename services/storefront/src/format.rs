//! Prices, numbers and dates as the shop's locale writes them.
