package dev.rampgate.problem;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.HttpMethod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.core.Deployment;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper.RequestPath;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import org.jboss.resteasy.reactive.server.mapping.URITemplate;
import org.jboss.resteasy.reactive.server.util.RuntimeResourceVisitor;

/**
 * Computes the {@code Allow} header that a 405 answer must have (RFC 9110, section 15.5.6) and that Quarkus REST omits: the
 * methods of a resource's path.
 */
@ApplicationScoped
class AllowedMethods {

    private volatile Map<String, RequestMapper<RuntimeResource>> byMethod;

    /** The header's value for the current request; empty if no resource has its path. */
    String ofCurrentRequest() {
        ResteasyReactiveRequestContext request = CurrentRequestManager.get();
        SortedSet<String> allowed = new TreeSet<>();
        paths(request.getDeployment()).forEach((method, paths) -> {
            if (paths.map(request.getPath()) != null) {
                allowed.add(method);
            }
        });
        if (allowed.contains(HttpMethod.GET)) {
            allowed.add(HttpMethod.HEAD);
        }
        if (!allowed.isEmpty()) {
            allowed.add(HttpMethod.OPTIONS);
        }
        return String.join(", ", allowed);
    }

    private Map<String, RequestMapper<RuntimeResource>> paths(Deployment deployment) {
        if (byMethod == null) {
            Map<String, ArrayList<RequestPath<RuntimeResource>>> found = new HashMap<>();
            RuntimeResourceVisitor.visitRuntimeResources(
                    "", deployment.getClassMappers(), new RuntimeResourceVisitor() {
                        @Override
                        public void visitRuntimeResource(String method, String path, RuntimeResource resource) {
                            found.computeIfAbsent(method, first -> new ArrayList<>())
                                    .add(new RequestPath<>(false, new URITemplate(path, false), resource));
                        }
                    });
            Map<String, RequestMapper<RuntimeResource>> paths = new HashMap<>();
            found.forEach((method, list) -> paths.put(method, new RequestMapper<>(list)));
            byMethod = paths;
        }
        return byMethod;
    }
}
