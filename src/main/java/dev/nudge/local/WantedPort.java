package dev.nudge.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * A port that a part of local mode is to listen on.
 *
 * @param port the port on 127.0.0.1; 0 for any free one
 * @param part who listens there
 * @param option how another port is chosen
 */
record WantedPort(int port, String part, String option) {

  /**
   * Makes sure that all can be had, before anything slow is started.
   *
   * @throws LocalModeException naming the first that can't
   */
  static void check(List<WantedPort> wanted) {
    // All are held until the last is known: two parts may have been given the same port.
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (WantedPort port : wanted) {
        if (port.port() != 0) {
          held.add(port.hold());
        }
      }
    } finally {
      held.forEach(WantedPort::release);
    }
  }

  private ServerSocket hold() {
    try {
      ServerSocket socket = new ServerSocket();
      // As the servers do: a port whose last connections linger is free.
      socket.setReuseAddress(true);
      try {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      } catch (IOException e) {
        socket.close();
        throw e;
      }
      return socket;
    } catch (IOException e) {
      throw LocalModeException.portInUse(port, part, option, e);
    }
  }

  private static void release(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new IllegalStateException("a port that was looked at can't be given back", e);
    }
  }
}
