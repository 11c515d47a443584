package dev.rampgate.sandbox.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Compares the parameters that a page passed to {@code proofWidget.run} with the session's answer. Values and types must be
 * equal; only the names change from snake_case to camelCase (Proof contract, sections 2 and 8).
 */
final class WidgetParameters {

    /** What the published sample of {@code run} passes; the rest of the session is asked for by the checklist only. */
    private static final Set<String> PUBLISHED = Set.of(
            "widgetId",
            "address",
            "signature",
            "initToken",
            "initTokenType",
            "merchantTransactionId",
            "currency",
            "network",
            "amount",
            "fixCurrency",
            "fixNetwork",
            "fixAmount",
            "fiatCurrency",
            "type");

    private static final Set<String> CALLBACKS =
            Set.of("onLoad", "onReady", "onStatusChange", "onPaymentFinished", "onSellTransferEnabled");

    /** Longer values are cut in messages. */
    private static final int SHOWN_LENGTH = 60;

    /**
     * One mistake of the page.
     *
     * @param severity {@code error} stops the widget, {@code warning} is shown above it
     * @param parameter the name as the page should have it, or as the page has it where it should not be there
     * @param text one sentence for the person who writes the page
     */
    record Complaint(String severity, String parameter, String text) {
        static Complaint error(String parameter, String text) {
            return new Complaint("error", parameter, text);
        }

        static Complaint warning(String parameter, String text) {
            return new Complaint("warning", parameter, text);
        }

        boolean isError() {
            return severity.equals("error");
        }
    }

    private WidgetParameters() {}

    /** @param answered the session as it was answered, in snake_case */
    static List<Complaint> check(ObjectNode given, Set<String> callbacks, ObjectNode answered) {
        List<Complaint> complaints = new ArrayList<>();
        Set<String> explained = new HashSet<>();
        Map<String, String> givenByLetters = new LinkedHashMap<>();
        given.fieldNames().forEachRemaining(name -> givenByLetters.putIfAbsent(letters(name), name));

        answered.properties().forEach(field -> {
            String name = camelCase(field.getKey());
            String other = givenByLetters.get(letters(name));
            if (given.has(name)) {
                explained.add(name);
                if (!given.get(name).equals(field.getValue())) {
                    complaints.add(Complaint.error(
                            name,
                            name + " was changed: the session answered " + shown(field.getValue())
                                    + " and the page passes " + shown(given.get(name)) + "."));
                }
            } else if (other != null) {
                explained.add(other);
                complaints.add(Complaint.error(name, other + " must be passed as " + name + "."));
            } else if (PUBLISHED.contains(name)) {
                complaints.add(Complaint.error(name, name + " is missing."));
            } else {
                complaints.add(Complaint.warning(
                        name, name + " is missing: every parameter of the session should be passed."));
            }
        });
        given.fieldNames().forEachRemaining(name -> {
            if (!explained.contains(name) && !given.has(nameOf(name, answered))) {
                complaints.add(Complaint.warning(name, name + " is not a parameter of the widget."));
            }
        });
        complaints.addAll(checkCallbacks(callbacks));
        return complaints;
    }

    private static List<Complaint> checkCallbacks(Set<String> callbacks) {
        List<Complaint> complaints = new ArrayList<>();
        if (!callbacks.contains("onStatusChange")) {
            complaints.add(Complaint.warning(
                    "onStatusChange", "onStatusChange is missing: the page does not learn what the user does."));
        }
        callbacks.stream()
                .filter(name -> !CALLBACKS.contains(name))
                .sorted()
                .forEach(name -> complaints.add(Complaint.warning(name, name + " is not a callback of the widget.")));
        return complaints;
    }

    /** {@code merchant_transaction_id} is {@code merchantTransactionId}. */
    static String camelCase(String snakeCase) {
        StringBuilder name = new StringBuilder();
        for (String word : snakeCase.split("_")) {
            name.append(name.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return name.toString();
    }

    /** The parameter's name if the letters are the same; else the given name. */
    private static String nameOf(String given, ObjectNode answered) {
        for (Map.Entry<String, JsonNode> field : answered.properties()) {
            if (letters(field.getKey()).equals(letters(given))) {
                return camelCase(field.getKey());
            }
        }
        return "";
    }

    private static String letters(String name) {
        return name.replaceAll("[_-]", "").toLowerCase(Locale.ROOT);
    }

    private static String shown(JsonNode value) {
        String text = value.toString();
        String kind = value.isNumber() ? " (a number)" : "";
        return (text.length() > SHOWN_LENGTH ? text.substring(0, SHOWN_LENGTH) + "…" : text) + kind;
    }
}
