package dev.nudge.ingest;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.OperatorStateBackend;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.TestableKeyedStateBackend;

/** A state backend that counts what is done to keyed state, by state and method. */
final class CountingBackend implements StateBackend {
  private static final long serialVersionUID = 1;

  private final StateBackend backend;
  private final transient Map<String, Integer> counts = new TreeMap<>();

  CountingBackend(StateBackend backend) {
    this.backend = backend;
  }

  /** Calls such as {@code customer.value}, since this was last asked. */
  Map<String, Integer> counts() {
    Map<String, Integer> soFar = new TreeMap<>(counts);
    counts.clear();
    return soFar;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <K> CheckpointableKeyedStateBackend<K> createKeyedStateBackend(
      KeyedStateBackendParameters<K> parameters) throws Exception {
    CheckpointableKeyedStateBackend<K> keyed = backend.createKeyedStateBackend(parameters);
    return (CheckpointableKeyedStateBackend<K>)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {CheckpointableKeyedStateBackend.class, TestableKeyedStateBackend.class},
            (proxy, method, arguments) -> {
              Object result = invoke(keyed, method, arguments);
              return result instanceof State state ? counted(state, arguments) : result;
            });
  }

  private Object counted(State state, Object[] arguments) {
    String name = null;
    for (Object argument : arguments) {
      if (argument instanceof StateDescriptor<?, ?> descriptor) {
        name = descriptor.getName();
      }
    }
    String prefix = name + ".";
    return Proxy.newProxyInstance(
        getClass().getClassLoader(),
        interfacesOf(state.getClass()).toArray(Class<?>[]::new),
        (proxy, method, parameters) -> {
          if (!method.getName().equals("setCurrentNamespace")) {
            counts.merge(prefix + method.getName(), 1, Integer::sum);
          }
          return invoke(state, method, parameters);
        });
  }

  private static Set<Class<?>> interfacesOf(Class<?> type) {
    Set<Class<?>> interfaces = new LinkedHashSet<>();
    for (Class<?> each = type; each != null; each = each.getSuperclass()) {
      interfaces.addAll(Set.of(each.getInterfaces()));
    }
    return interfaces;
  }

  private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @Override
  public OperatorStateBackend createOperatorStateBackend(OperatorStateBackendParameters parameters)
      throws Exception {
    return backend.createOperatorStateBackend(parameters);
  }
}
