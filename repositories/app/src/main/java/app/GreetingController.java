package app;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Greets, and says which application answers. */
@RestController
class GreetingController {

  record Greeting(String message, String application) {}

  private final String application;

  GreetingController(@Value("${spring.application.name}") String application) {
    this.application = application;
  }

  @GetMapping("/")
  Greeting greeting() {
    return new Greeting("Hello", application);
  }
}
