package dev.rampgate.edge;

import dev.rampgate.problem.Problem;
import dev.rampgate.problem.Problem.FieldError;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.AsciiNumber;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.CookieParam;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.ext.ParamConverter;
import jakarta.ws.rs.ext.ParamConverterProvider;
import jakarta.ws.rs.ext.Provider;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Parses numeric parameters of resources, in path, query, header or cookie. Another text is answered with
 * {@link ProblemType#INVALID_REQUEST}, which names the parameter. Without this class Jakarta REST would answer 404, as if the
 * resource did not exist.
 */
@Provider
public class NumberParameters implements ParamConverterProvider {

    private static final String RULE = "must be a whole number from %d to %d";

    @Override
    @SuppressWarnings("unchecked")
    public <T> ParamConverter<T> getConverter(Class<T> type, Type genericType, Annotation[] annotations) {
        String name = name(annotations);
        if (type == int.class || type == Integer.class) {
            String rule = RULE.formatted(Integer.MIN_VALUE, Integer.MAX_VALUE);
            return (ParamConverter<T>) new Whole<>(name, rule, AsciiNumber::toInt);
        }
        if (type == long.class || type == Long.class) {
            String rule = RULE.formatted(Long.MIN_VALUE, Long.MAX_VALUE);
            return (ParamConverter<T>) new Whole<>(name, rule, AsciiNumber::toLong);
        }
        return null;
    }

    /** The parameter's name as the caller writes it. */
    private static String name(Annotation[] annotations) {
        return Arrays.stream(annotations)
                .flatMap(annotation -> {
                    if (annotation instanceof QueryParam query) {
                        return Stream.of(query.value());
                    }
                    if (annotation instanceof PathParam path) {
                        return Stream.of(path.value());
                    }
                    if (annotation instanceof HeaderParam header) {
                        return Stream.of(header.value());
                    }
                    return annotation instanceof CookieParam cookie ? Stream.of(cookie.value()) : Stream.empty();
                })
                .findFirst()
                .orElse("parameter");
    }

    private record Whole<T extends Number>(String name, String rule, Function<String, T> parse)
            implements ParamConverter<T> {

        @Override
        public T fromString(String text) {
            try {
                return parse.apply(text);
            } catch (NumberFormatException wrong) {
                Problem problem =
                        Problem.of(ProblemType.INVALID_REQUEST).withErrors(List.of(new FieldError(name, rule)));
                throw new BadRequestException(new ProblemException(problem));
            }
        }

        @Override
        public String toString(T number) {
            return number.toString();
        }
    }
}
