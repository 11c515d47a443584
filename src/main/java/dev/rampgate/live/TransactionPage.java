package dev.rampgate.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;

/**
 * Some of the caller's transactions, newest first.
 *
 * @param transactions without their timelines
 * @param nextCursor the query parameter {@code cursor} of the next page; absent on the last page
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TransactionPage(List<TransactionView> transactions, String nextCursor) {}
