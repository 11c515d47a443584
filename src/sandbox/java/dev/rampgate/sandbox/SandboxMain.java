package dev.rampgate.sandbox;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

@QuarkusMain(name = "sandbox")
public class SandboxMain {
    public static void main(String... arguments) {
        System.out.println("sandbox main");
        Quarkus.run(arguments);
    }
}
