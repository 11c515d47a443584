package dev.rampgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** An nginx in the foreground, with a folder of its own: Proof with canned answers, or a plain reverse proxy. */
final class Nginx {

    private Nginx() {}

    /** Proof's session call and transaction call, always the same but for the ids; event-... is processing, all others are pending. */
    static Child proof(Path folder, Path logs, int port) {
        String session = """
            {"merchant_transaction_id":"$request_id","widget_id":"77777777-aaaa-4bbb-8ccc-000000000001",\
            "address":"0x00000000000000000000000000000000000000AA",\
            "signature":"v2:%1$s","init_token":"opaque-canary-token","init_token_type":"sdk_partner_authorization",\
            "currency":"USDC","currencies":["USDC","USDT"],"fix_currency":true,"network":"ERC20","networks":["ERC20","TRC20"],\
            "fix_network":["ERC20"],"amount":"42.75","fix_amount":true,"fiat_currency":"EUR","fiat_currencies":["EUR","USD"],\
            "fix_fiat_currency":false,"fix_fiat_amount":true,"type":"buy","lang":"en","theme":"light",\
            "redirect_url":"https://shop.example.test/ramp/done"}\
            """.formatted("0123456789abcdef".repeat(8));
        String transaction = """
            {"merchant_transaction_id":"$1","partner_user_id":"cust-8841","type":"buy","status":"pending","currency":"USDC",\
            "network":"ERC20","crypto_amount":"","fiat_currency":"EUR","fiat_amount":"","created_at":"2026-05-02T08:00:00Z",\
            "updated_at":"2026-05-02T08:00:00Z"}\
            """;
        String moved = transaction
                .replace("\"status\":\"pending\"", "\"status\":\"processing\"")
                .replace("\"updated_at\":\"2026-05-02T08:00:00Z\"", "\"updated_at\":\"2026-05-02T08:02:10Z\"");
        return start("proof", folder, logs, port, """
                location = /widget/session { default_type application/json; return 200 '%s'; }
                location ~ ^/widget/transactions/(event-.+)$ { default_type application/json; return 200 '%s'; }
                location ~ ^/widget/transactions/(bench-.+|[0-9a-f]+)$ { default_type application/json; return 200 '%s'; }
                location / { default_type application/json; return 404 '{"error":"not_found","code":"not_found","message":"none"}'; }
            """.formatted(session, moved, transaction), "");
    }

    /** Hands session calls to Proof and does nothing else. */
    static Child proxy(Path folder, Path logs, int port, int proofPort) {
        return start(
                "nginx-proxy",
                folder,
                logs,
                port,
                """
                    location = /session {
                      proxy_pass http://proof/widget/session;
                      proxy_http_version 1.1;
                      proxy_set_header Connection "";
                      proxy_set_header Authorization "Bearer client-token-canary";
                    }
                """,
                "upstream proof { server 127.0.0.1:" + proofPort + "; keepalive 64; }");
    }

    private static Child start(String name, Path folder, Path logs, int port, String locations, String upstream) {
        try {
            Path prefix = Files.createDirectories(folder.resolve(name));
            Path config = prefix.resolve("nginx.conf");
            Files.writeString(config, """
                daemon off;
                worker_processes %1$d;
                pid %2$s/nginx.pid;
                error_log stderr warn;
                events { worker_connections 4096; }
                http {
                  access_log off;
                  keepalive_requests 1000000000;
                  client_body_temp_path %2$s/body; proxy_temp_path %2$s/proxy; fastcgi_temp_path %2$s/fastcgi;
                  uwsgi_temp_path %2$s/uwsgi; scgi_temp_path %2$s/scgi;
                  %3$s
                  server {
                    listen 127.0.0.1:%4$d;
                %5$s
                  }
                }
                """.formatted(
                            Runtime.getRuntime().availableProcessors(), prefix, upstream, port, locations));
            Child nginx = Child.start(
                    name,
                    logs,
                    Map.of(),
                    List.of("nginx", "-p", prefix.toString(), "-e", "stderr", "-c", config.toString()),
                    "QUIT");
            Ports.await(name + " listens", Duration.ofSeconds(20), nginx, () -> Ports.listens(port));
            return nginx;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
