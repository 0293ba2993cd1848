//! Words of addresses and of promises, which change with the fashion of spam.

/// Top-level domains of most web addresses that are advertised.
#[rustfmt::skip]
pub(super) const COMMON_ENDINGS: &[&str] = &[
    "app", "at", "be", "biz", "br", "cc", "ch", "click", "club", "cn", "co", "com", "cz", "de", "dev", "es", "eu",
    "fr", "gd", "gg", "gl", "help", "icu", "in", "info", "io", "it", "jp", "link", "live", "ly", "me", "mobi", "net",
    "nl", "online", "org", "page", "pl", "pro", "ru", "shop", "site", "store", "su", "tk", "to", "top", "tr", "tv",
    "ua", "uk", "us", "vip", "ws", "xyz",
];

/// What stands before a dot in names.
#[rustfmt::skip]
pub(super) const TITLES: &[&str] = &[
    "co", "dr", "fr", "hr", "ing", "jr", "mag", "mr", "mrs", "ms", "nr", "prof", "sr", "st", "sta", "ste",
];

/// Beside a number.
#[rustfmt::skip]
pub(super) const CURRENCIES: &[&str] = &[
    "bitcoin", "bitcoins", "brl", "btc", "bucks", "chf", "cny", "dollar", "dollars", "eth", "eur", "euro", "euros",
    "gbp", "inr", "jpy", "pln", "pound", "pounds", "rub", "rubles", "rupees", "uah", "usd", "usdt", "yen",
];

/// Promises of money in English, German, Dutch, French, Spanish, Portuguese, Italian, Polish, Turkish, Russian and Ukrainian,
/// each word by word.
#[rustfmt::skip]
pub(super) const PROMISES: &[&str] = &[
    "airdrop", "bonus", "call now", "casino", "claim now", "claim your", "click here", "crypto", "earn money",
    "easy money", "free cash", "free money", "get paid", "gift card", "gift cards", "giftcard", "giveaway",
    "inheritance", "jackpot", "lottery", "lotto", "make money", "payout", "prize", "prizes", "refund", "reward",
    "rewards", "you have won", "you ve won", "you win", "you won", "your winnings", "gewinnspiel", "gewonnen",
    "gratis", "gutschein", "lotterie", "loterij", "argent gratuit", "avez gagne", "cadeau gratuit", "loterie",
    "dinero gratis", "ganaste", "has ganado", "loteria", "premio", "dinheiro gratis", "hai vinto", "lotteria",
    "soldi gratis", "voce ganhou", "nagroda", "wygrales", "bedava", "kazandiniz", "piyango", "бонус", "выиграл",
    "выиграли", "выигрыш", "деньги", "лотерея", "приз", "виграли", "гроші",
];

/// In scripts without spaces.
#[rustfmt::skip]
pub(super) const INNER_PROMISES: &[&str] = &[
    "中奖", "免费", "奖金", "红包", "当選", "無料", "賞金", "당첨", "상금",
];
