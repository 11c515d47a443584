package dev.rampgate.privacy;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** The erasure ledger: what was erased, outside the database, so that a restore brings no erased user back. */
@ConfigMapping(prefix = "rampgate.privacy.erasure-ledger")
public interface ErasureLedgerSettings {

    /**
     * The directory of the erasure ledger, the same for all replicas and outside of what a restore of the database replaces. Rampgate only
     * adds to it: each erasure is on the disk before it is acknowledged, as a keyed hash. Unit: path. Default: none, there is no erasure ledger, and a
     * restore brings erased users back.
     */
    Optional<String> directory();

    /**
     * A file with the keys of the erasure ledger, one a line, the newest first: an id (1 to 32 lower case letters and digits), a space,
     * and a secret of 32 to 256 printable characters. Erasures are written under the newest; keep a key as long as the ledger has lines of
     * it. Read at the start. Unit: path. Default: none, it is required with a directory.
     */
    Optional<String> keysFile();
}
