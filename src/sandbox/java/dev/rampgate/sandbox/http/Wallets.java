package dev.rampgate.sandbox.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The currencies enabled for the partner and the networks on which each has an active wallet. */
final class Wallets {

    private static final String BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    private final Map<String, Set<String>> networksByCurrency;

    Wallets(Map<String, Set<String>> networksByCurrency) {
        this.networksByCurrency = networksByCurrency;
    }

    boolean allows(String currency) {
        return networksByCurrency.containsKey(currency);
    }

    List<String> currencies() {
        return List.copyOf(new TreeSet<>(networksByCurrency.keySet()));
    }

    List<String> networks() {
        Set<String> networks = new TreeSet<>();
        networksByCurrency.values().forEach(networks::addAll);
        return List.copyOf(networks);
    }

    /** The partner's wallet address, the same each time; empty if there is no active wallet. It only looks like an address. */
    Optional<String> address(String currency, String network) {
        if (!networksByCurrency.getOrDefault(currency, Set.of()).contains(network)) {
            return Optional.empty();
        }
        byte[] digest = sha512("wallet", currency, network);
        return Optional.of(
                network.startsWith("TRC") ? tron(digest) : "0x" + HexFormat.of().formatHex(digest, 0, 20));
    }

    private static String tron(byte[] digest) {
        StringBuilder address = new StringBuilder("T");
        for (int i = 0; i < 33; i++) {
            address.append(BASE58.charAt(Byte.toUnsignedInt(digest[i]) % BASE58.length()));
        }
        return address.toString();
    }

    /** Of the parts one after the other, each ended by a NUL. */
    static byte[] sha512(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-512");
            for (String part : parts) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-512", e);
        }
    }
}
