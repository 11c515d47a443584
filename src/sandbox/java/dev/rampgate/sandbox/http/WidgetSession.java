package dev.rampgate.sandbox.http;

import java.util.List;

/** The answer of {@code POST /widget/session}: all 22 fields (Proof contract, section 2). */
record WidgetSession(
        String merchantTransactionId,
        String widgetId,
        String address,
        String signature,
        String initToken,
        String initTokenType,
        String currency,
        List<String> currencies,
        boolean fixCurrency,
        String network,
        List<String> networks,
        List<String> fixNetwork,
        String amount,
        boolean fixAmount,
        String fiatCurrency,
        List<String> fiatCurrencies,
        boolean fixFiatCurrency,
        boolean fixFiatAmount,
        String type,
        String lang,
        String theme,
        String redirectUrl) {}
