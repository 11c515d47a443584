package dev.rampgate.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jose4j.jwk.PublicJsonWebKey;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SigningKeysTest {

    private static final Duration REFRESH = Duration.ofMinutes(10);

    private static PublicJsonWebKey first;
    private static PublicJsonWebKey second;

    private final List<UniEmitter<? super String>> readings = new ArrayList<>();
    private final SigningKeys keys =
            new SigningKeys(() -> Uni.createFrom().emitter(readings::add), "it", REFRESH, () -> now());
    private Instant now = Instant.parse("2026-05-02T08:00:00Z");

    @BeforeAll
    static void generateKeysOnce() {
        first = Issuer.unpublished("first");
        second = Issuer.unpublished("second");
    }

    @Test
    void keys_are_read_when_first_needed_and_once_for_all_who_wait() {
        List<String> found = new ArrayList<>();
        keys.candidates("first").subscribe().with(candidates -> found.add(ids(candidates)));
        keys.candidates("first").subscribe().with(candidates -> found.add(ids(candidates)));

        assertThat(readings).hasSize(1);
        readings.get(0).complete(published(first));
        assertThat(found).containsExactly("first", "first");
    }

    @Test
    void known_keys_are_not_read_again_while_they_are_fresh() {
        know(first);

        now = now.plus(REFRESH);
        assertThat(candidates("first")).isEqualTo("first");
        assertThat(readings).hasSize(1);
    }

    @Test
    void old_keys_do_for_a_known_token_while_they_are_read_again() {
        know(first);

        now = now.plus(REFRESH).plusSeconds(1);
        assertThat(candidates("first")).isEqualTo("first");
        assertThat(readings).hasSize(2);
        readings.get(1).complete(published(second));
        assertThat(candidates(null)).isEqualTo("second");
    }

    @Test
    void keys_become_old_although_the_clock_is_set_back() {
        know(first);

        now = now.minus(Duration.ofHours(5));
        assertThat(candidates("first")).isEqualTo("first");
        assertThat(readings).hasSize(1);
        now = now.plus(REFRESH).plusSeconds(1);
        assertThat(candidates("first")).isEqualTo("first");
        assertThat(readings).hasSize(2);
    }

    @Test
    void an_unknown_key_is_looked_up_at_once() {
        know(first);
        now = now.plus(SigningKeys.PAUSE);
        List<String> found = new ArrayList<>();

        keys.candidates("second").subscribe().with(candidates -> found.add(ids(candidates)));

        assertThat(found).isEmpty();
        readings.get(1).complete(published(first, second));
        assertThat(found).containsExactly("second");
    }

    @Test
    void invented_key_ids_cannot_make_us_read_more_often_than_the_pause_allows() {
        know(first);

        for (int i = 0; i < 100; i++) {
            assertThat(candidates("invented-" + i)).isEmpty();
        }
        assertThat(readings).hasSize(1);
    }

    @Test
    void while_the_source_is_away_the_last_keys_count() {
        know(first);
        now = now.plus(REFRESH).plusSeconds(1);
        candidates("first");
        readings.get(1).fail(new IllegalStateException("away"));

        assertThat(candidates("first")).isEqualTo("first");
    }

    @Test
    void a_text_without_keys_does_not_replace_the_last_ones() {
        know(first);
        now = now.plus(REFRESH).plusSeconds(1);
        candidates("first");
        readings.get(1).complete("<html>");

        assertThat(candidates("first")).isEqualTo("first");
    }

    @Test
    void without_any_keys_the_caller_learns_that_they_are_away() {
        List<Throwable> failures = new ArrayList<>();
        keys.candidates("first").subscribe().with(found -> {}, failures::add);
        readings.get(0).fail(new IllegalStateException("away"));

        assertThat(failures).hasSize(1).hasOnlyElementsOfType(SigningKeys.KeysAway.class);
        assertThatThrownBy(() -> candidates("first")).isInstanceOf(SigningKeys.KeysAway.class);
        assertThat(readings).hasSize(1);
        now = now.plus(SigningKeys.PAUSE);
        keys.candidates("first").subscribe().with(found -> {}, failures::add);
        assertThat(readings).hasSize(2);
    }

    private void know(PublicJsonWebKey... known) {
        keys.candidates(null).subscribe().with(found -> {});
        readings.get(0).complete(published(known));
    }

    private String published(PublicJsonWebKey... known) {
        return Issuer.keySet(List.of(known));
    }

    private String candidates(String keyId) {
        return ids(keys.candidates(keyId).await().indefinitely());
    }

    private static String ids(List<PublicJsonWebKey> candidates) {
        return String.join(
                " ", candidates.stream().map(PublicJsonWebKey::getKeyId).toList());
    }

    private Instant now() {
        return now;
    }
}
